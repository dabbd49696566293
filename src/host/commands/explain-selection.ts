import * as vscode from 'vscode';
import type { SendInput } from '../../chat/chat-session.ts';
import type { QuestionContext } from '../../chat/conversation.ts';
import { explainSelectionText, maxContextLength } from '../../chat/prompts.ts';

/** The question "what does this code do" about the editor's selection, or the symbol around the cursor; undefined where there is no code. */
export async function explainSelection(): Promise<SendInput | undefined> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) {
    void vscode.window.showInformationMessage('Open a file and select the code to explain.');
    return undefined;
  }
  const { document, selection } = editor;
  const range = selection.isEmpty ? await enclosingSymbol(document, selection.active) : selection;
  const code = document.getText(range);
  if (!code.trim()) {
    void vscode.window.showInformationMessage('Select the code to explain.');
    return undefined;
  }
  const context = contextOf(document, range, code);
  return { feature: 'explain', images: [], question: { text: questionText(code), images: [], contexts: [context] } };
}

function contextOf(document: vscode.TextDocument, range: vscode.Range, code: string): QuestionContext {
  const sent = code.slice(0, maxContextLength);
  // A selection that ends at the start of a line does not contain that line.
  const endsBefore = range.end.character === 0 && range.end.line > range.start.line ? 1 : 0;
  return {
    kind: 'selection',
    path: vscode.workspace.asRelativePath(document.uri, (vscode.workspace.workspaceFolders?.length ?? 0) > 1),
    language: document.languageId,
    startLine: range.start.line + 1,
    endLine: code.length > sent.length ? range.start.line + sent.split('\n').length : range.end.line + 1 - endsBefore,
    code: sent,
  };
}

/** Seen by the person as well: nothing is cut in silence. */
function questionText(code: string): string {
  if (code.length <= maxContextLength) return explainSelectionText;
  const kept = maxContextLength.toLocaleString(vscode.env.language);
  return `${explainSelectionText} (Only the first ${kept} characters of the selection are included.)`;
}

async function enclosingSymbol(document: vscode.TextDocument, at: vscode.Position): Promise<vscode.Range> {
  const line = document.lineAt(at).range;
  const symbols = await vscode.commands.executeCommand<
    (vscode.DocumentSymbol | vscode.SymbolInformation)[] | undefined
  >('vscode.executeDocumentSymbolProvider', document.uri);
  return innermost(symbols ?? [], at) ?? line;
}

function innermost(
  symbols: readonly (vscode.DocumentSymbol | vscode.SymbolInformation)[],
  at: vscode.Position,
): vscode.Range | undefined {
  for (const symbol of symbols) {
    const range = 'range' in symbol ? symbol.range : symbol.location.range;
    if (range.contains(at)) return ('children' in symbol && innermost(symbol.children, at)) || range;
  }
  return undefined;
}
