/** Files that a paste means as images; empty when it means text and the browser should paste that. */
export function pastedFiles(data: DataTransfer | null): File[] {
  if (!data || data.files.length === 0) return [];
  // Office programs put a picture of the copied cells beside the cells; the text is what was meant. A picture copied from a web page comes
  // with HTML but no text, a file from a file manager with its path as text but no HTML.
  const types = new Set(data.types);
  return types.has('text/plain') && types.has('text/html') ? [] : [...data.files];
}

/** Calls `onFiles` for files dropped anywhere on `target`; `onHover` says whether some are being held over it. */
export function listenToDrops(
  target: HTMLElement,
  onFiles: (files: File[]) => void,
  onHover: (hovering: boolean) => void,
): void {
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
  target.addEventListener('dragover', event => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
    onHover(true);
  });
  target.addEventListener('dragleave', event => {
    if (!(event.relatedTarget instanceof Node && target.contains(event.relatedTarget))) onHover(false);
  });
  target.addEventListener('drop', event => {
    onHover(false);
    if (!hasFiles(event)) return;
    event.preventDefault();
    onFiles([...(event.dataTransfer?.files ?? [])]);
  });
}
