import MarkdownIt, { type Env, type MarkdownIt as Markdown, type Token } from 'markdown-it';

/** One top-level block of a Markdown document: exactly one element in the page. */
export interface MarkdownBlock {
  readonly html: string;
  /** First line of the block in the source, from 0. */
  readonly startLine: number;
  /** A fence with its closing line: nothing that follows can change it. */
  readonly closedFence: boolean;
}

/** What a block needs of those before it, so that a document can be parsed in pieces: link definitions and the headings it stands under. */
export type MarkdownContext = Env & { outline?: readonly number[] };

/** Lines of code in one block element: a text node that grows without end costs the layout far more than many short ones. */
export const linesPerChunk = 64;

const markdown = createMarkdown();

/** The blocks of `source`. Never contains raw HTML, scripts, images or links other than http, https and mailto. */
export function renderBlocks(source: string, context: MarkdownContext): MarkdownBlock[] {
  const tokens = markdown.parse(source, context);
  const blocks: MarkdownBlock[] = [];
  for (let start = 0; start < tokens.length;) {
    let end = start + 1;
    let depth = tokens[start]?.nesting ?? 0;
    for (; depth > 0 && end < tokens.length; end += 1) depth += tokens[end]?.nesting ?? 0;
    const group = tokens.slice(start, end);
    const first = group[0];
    if (first)
      blocks.push({
        html: markdown.renderer.render(group, markdown.options, context).trimEnd(),
        startLine: first.map?.[0] ?? 0,
        closedFence: first.type === 'fence' && first.meta?.['closed'] === true,
      });
    start = end;
  }
  return blocks;
}

/** A line that closes a fence opened by `markup` (CommonMark 0.31 §4.5). */
export function closingFence(markup: string): RegExp {
  return new RegExp(`^ {0,3}${markup[0] === '~' ? '~' : '`'}{${markup.length},}[ \\t]*$`);
}

function createMarkdown(): Markdown {
  const instance = new MarkdownIt({ html: false, linkify: true });
  // "README.md" and "next.js" are files here, not hosts; only addresses with a scheme become links.
  instance.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
  // An allow list: javascript:, command:, vscode:, data:, file: and relative targets stay the text the model wrote.
  instance.validateLink = url => /^(?:https?|mailto):/i.test(url);
  instance.core.ruler.push('pennyloom_blocks', state => {
    const lines = state.tokens.some(({ type }) => type === 'fence') ? state.src.split('\n') : [];
    state.tokens.forEach((token, index) => {
      if (token.type === 'heading_open') fitOutline(token, state.tokens[index + 2], state.env);
      if (token.type === 'th_open' || token.type === 'td_open') alignByClass(token);
      if (token.type === 'fence') token.meta = { closed: isClosed(token, lines) };
      if (token.type === 'inline') markTask(token, state.tokens[index - 2], new state.Token('task_box', '', 0));
    });
  });
  Object.assign(instance.renderer.rules, {
    fence: (tokens: Token[], index: number) => codeBlock(tokens[index]),
    code_block: (tokens: Token[], index: number) => codeBlock(tokens[index]),
    table_open: () => '<div class="table-scroll" role="group" aria-label="Table" tabindex="0"><table>',
    table_close: () => '</table></div>',
    task_box: (tokens: Token[], index: number) => {
      const done = tokens[index]?.meta?.['done'] === true;
      return `<span class="task-box${done ? ' codicon codicon-check' : ''}" role="img" aria-label="${done ? 'Done' : 'To do'}"></span> `;
    },
    link_open: (tokens: Token[], index: number) => {
      const href = escape(String(tokens[index]?.attrGet('href') ?? ''));
      return `<a href="${href}" title="${href}">`;
    },
    image: imageAsLink,
  } satisfies typeof instance.renderer.rules);
  return instance;
}

/**
 * Levels 1 and 2 are the page's own headings (title, question); an answer's begin at 3 and skip none, although models like to start with
 * "###". How large it looks is still what the model wrote.
 */
function fitOutline(opening: Token, closing: Token | undefined, context: MarkdownContext): void {
  const written = Number(opening.tag.slice(1));
  context.outline = [...(context.outline ?? []).filter(level => level < written), written];
  opening.tag = `h${Math.min(6, 2 + context.outline.length)}`;
  if (closing) closing.tag = opening.tag;
  opening.attrSet('class', `heading-${written}`);
}

/** The page's policy allows no style attributes. */
function alignByClass(cell: Token): void {
  const side = /^text-align:(\w+)$/.exec(String(cell.attrGet('style') ?? ''))?.[1];
  cell.attrs = side === undefined || side === 'left' ? null : [['class', `align-${side}`]];
}

function isClosed(fence: Token, lines: readonly string[]): boolean {
  if (!fence.map) return false;
  const [start, end] = fence.map;
  return end - start >= 2 && closingFence(fence.markup).test(lines[end - 1] ?? '');
}

/** GitHub's task list items (GFM 0.29 §5.3): "[ ] " or "[x] " at the start of an item's first paragraph. */
function markTask(inline: Token, item: Token | undefined, box: Token): void {
  const first = inline.children?.[0];
  const mark = item?.type === 'list_item_open' && first?.type === 'text' && /^\[([ xX])\] /.exec(first.content);
  if (!mark || !first || !item || !inline.children) return;
  first.content = first.content.slice(mark[0].length);
  item.attrJoin('class', 'task');
  box.meta = { done: mark[1] !== ' ' };
  inline.children.unshift(box);
}

/** An image never loads (it could tell a stranger what is being read): its text and address are shown, as a link where one may be. */
function imageAsLink(tokens: Token[], index: number, _options: unknown, env?: Env): string {
  const token = tokens[index];
  if (!token) return '';
  const alt = markdown.renderer.renderInlineAsText(token.children ?? [], markdown.options, env);
  const href = String(token.attrGet('src') ?? '');
  const shown = escape([alt, href && `(${href})`].filter(Boolean).join(' '));
  const insideLink = tokens.slice(0, index).reduce((depth, { type }) => depth + linkDepth(type), 0) > 0;
  if (insideLink || !markdown.validateLink(href)) return `<span class="image-link">${shown}</span>`;
  return `<a href="${escape(href)}" title="${escape(href)}" class="image-link">${shown}</a>`;
}

const linkDepth = (type: string): number => (type === 'link_open' ? 1 : type === 'link_close' ? -1 : 0);

function codeBlock(token: Token | undefined): string {
  const language = /^[\w+#.-]+/.exec(token?.info.trim() ?? '')?.[0] ?? '';
  const chunks = splitLines(token?.content ?? '').map(text => `<span class="code-chunk">${escape(text)}</span>`);
  return [
    '<div class="code-block"><div class="code-header">',
    `<span class="code-language">${escape(language)}</span><span class="code-actions">`,
    iconButton('copy-code', 'copy', 'Copy'),
    iconButton('insert-code', 'insert', 'Insert at Cursor'),
    `</span></div><pre tabindex="0" role="group" aria-label="Code${language && `, ${escape(language)}`}">`,
    `<code${language && ` data-language="${escape(language)}"`}>${chunks.join('')}</code></pre></div>`,
  ].join('');
}

const iconButton = (id: string, icon: string, label: string): string =>
  `<button type="button" class="icon-button" data-testid="${id}" title="${label}" aria-label="${label}">` +
  `<span class="codicon codicon-${icon}" aria-hidden="true"></span></button>`;

function splitLines(content: string): string[] {
  const chunks: string[] = [];
  for (let start = 0; start < content.length;) {
    let end = start;
    for (let lines = 0; lines < linesPerChunk && end < content.length; lines += 1) {
      const newline = content.indexOf('\n', end);
      end = newline === -1 ? content.length : newline + 1;
    }
    chunks.push(content.slice(start, end));
    start = end;
  }
  return chunks;
}

const escape = (text: string): string => markdown.utils.escapeHtml(text);
