import * as vscode from 'vscode';
import type { Draft } from '../chat/draft-request.ts';
import type { ChatSession } from '../chat/chat-session.ts';
import type { Disposable } from '../core/disposable.ts';
import { DisposableStore } from '../core/disposable.ts';
import type { Log } from '../core/log.ts';
import {
  type ActionId,
  type ChatViewEvent,
  type ChatViewState,
  type FailureView,
  type ModelView,
  reduceChatView,
} from '../protocol/chat-view-state.ts';
import { type DraftImage, type FromWebview, parseFromWebview } from '../protocol/from-webview.ts';
import { checkImage } from '../protocol/image-sniff.ts';
import type { ToWebview } from '../protocol/to-webview.ts';
import { describeEvent, describeTurn } from './describe-chat.ts';
import type { DraftPrice } from './draft-pricer.ts';
import { webviewPage } from './webview-page.ts';

export interface ChatViewOptions {
  readonly extensionUri: vscode.Uri;
  readonly session: ChatSession;
  readonly model: () => ModelView;
  readonly keyState: () => Promise<'set' | 'missing'>;
  /** Input tokens an image costs on the present model; undefined where the rule is unknown. */
  readonly imageTokens: (size: { readonly width: number; readonly height: number }) => number | undefined;
  /** What sending the draft would cost, ready to be shown; told again where it is known better. */
  readonly priceDraft: (draft: Draft, tell: (price: DraftPrice) => void) => void;
  readonly act: (action: ActionId, turnId: string | undefined) => void;
  readonly chooseModel: () => void;
  readonly log: Log;
}

/**
 * The chat view's host side. It owns the state: a view that was hidden, reloaded or restored says `ready`, gets one snapshot, and from
 * then on the same events that are folded here.
 */
export class ChatView implements Disposable {
  #options: ChatViewOptions;
  #own = new DisposableStore();
  #state: ChatViewState;
  #view: vscode.WebviewView | undefined;
  /** The page said `ready`: before that, what is posted is lost, and its snapshot will tell it all anyway. */
  #ready = false;
  #whenReady: (() => void)[] = [];

  constructor(options: ChatViewOptions) {
    this.#options = options;
    const { session, model } = options;
    this.#state = { conversationId: session.conversation.id, turns: [], model: model(), key: 'missing' };
    this.#openConversation();
    this.#own.add(
      session.onEvent(event => {
        if (event.type === 'conversation-opened') return this.#openConversation();
        const viewEvent = describeEvent(event, vscode.env.language);
        if (viewEvent) this.#fold(viewEvent);
        if (event.type === 'turn-started' || event.type === 'turn-finished')
          void vscode.commands.executeCommand('setContext', 'pennyloom.answering', event.type === 'turn-started');
      }),
    );
  }

  /** Draws itself into the place VS Code gives it. */
  async show(view: vscode.WebviewView): Promise<void> {
    this.#view = view;
    this.#ready = false;
    view.webview.options = {
      enableScripts: true,
      localResourceRoots: ['dist', 'media'].map(folder => vscode.Uri.joinPath(this.#options.extensionUri, folder)),
    };
    view.webview.onDidReceiveMessage((message: unknown) => this.#receive(message));
    view.onDidDispose(() => {
      if (this.#view === view) this.#view = undefined;
    });
    await this.refreshKey();
    view.webview.html = webviewPage(view.webview, this.#options.extensionUri, {
      title: 'Pennyloom',
      stylesheet: 'chat.css',
      script: 'chat-webview.js',
      highlighter: 'highlight.js',
      images: true,
      heading: 'Pennyloom Chat',
    });
  }

  /** Brings the view to the front and puts the cursor into the composer. */
  async focus(): Promise<void> {
    await vscode.commands.executeCommand('pennyloom.chat.focus');
    this.#afterReady(() => this.#post({ type: 'focus-composer' }));
  }

  /** What can be done about a failure is another thing by now. */
  showFailure(turnId: string, failure: FailureView): void {
    this.#fold({ type: 'failure-changed', turnId, failure });
  }

  refreshModel(): void {
    this.#fold({ type: 'model-changed', model: this.#options.model() });
  }

  async refreshKey(): Promise<void> {
    const key = await this.#options.keyState();
    if (key !== this.#state.key) this.#fold({ type: 'key-changed', key });
  }

  dispose(): void {
    this.#own.dispose();
  }

  #openConversation(): void {
    const { conversation } = this.#options.session;
    const turns = conversation.turns.map(turn => describeTurn(turn, vscode.env.language));
    this.#state = { ...this.#state, conversationId: conversation.id, turns };
    this.#post({ type: 'snapshot', state: this.#state });
  }

  #fold(event: ChatViewEvent): void {
    this.#state = reduceChatView(this.#state, event);
    this.#post({ type: 'event', event });
  }

  #post(message: ToWebview): void {
    if (this.#ready) void this.#view?.webview.postMessage(message);
  }

  #afterReady(run: () => void): void {
    if (this.#ready) run();
    else this.#whenReady.push(run);
  }

  #receive(value: unknown): void {
    const message = parseFromWebview(value);
    if (message) this.#handle(message);
    else this.#options.log.warn('The chat view sent something that is no message of ours; it was dropped.');
  }

  #handle(message: FromWebview): void {
    const { session, act, chooseModel, imageTokens, priceDraft } = this.#options;
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        this.#post({ type: 'snapshot', state: this.#state });
        for (const run of this.#whenReady.splice(0)) run();
        break;
      case 'send':
        this.#send(message.text, message.images);
        break;
      case 'stop':
        session.stop();
        break;
      case 'new-chat':
        session.newChat();
        break;
      case 'draft': {
        const images = message.images.map(({ id, width, height }) => {
          const tokens = imageTokens({ width, height });
          return { id, ...(tokens !== undefined && { tokens }) };
        });
        priceDraft(message, price => this.#post({ type: 'draft-priced', images, ...price }));
        break;
      }
      case 'copy':
        void vscode.env.clipboard.writeText(message.text);
        break;
      case 'insert':
        void insertAtCursor(message.text);
        break;
      case 'action':
        act(message.action, message.turnId);
        break;
      case 'pick-model':
        chooseModel();
        break;
    }
  }

  #send(text: string, images: readonly DraftImage[]): void {
    const { session, imageTokens, model } = this.#options;
    const refused = refusalOf(text, images, model());
    if (refused) return this.#post({ type: 'send-refused', reason: refused });
    void session.send({
      feature: 'chat',
      question: {
        text: text.trim(),
        contexts: [],
        images: images.map(({ id, name, mediaType, width, height, thumbnail }) => {
          const tokens = imageTokens({ width, height });
          return { id, name, mediaType, width, height, thumbnail, ...(tokens !== undefined && { tokens }) };
        }),
      },
      images: images.map(({ id, mediaType, bytes }) => ({ id, mediaType, bytes })),
    });
  }
}

/** The webview checked already; what arrives here is checked again, because it is what leaves this machine. */
function refusalOf(text: string, images: readonly DraftImage[], model: ModelView): string | undefined {
  if (!text.trim() && images.length === 0) return 'There is nothing to send.';
  if (images.length > 0 && !model.vision)
    return `${model.name} cannot see images. Remove the image or choose a model with vision.`;
  for (const image of images) {
    const check = checkImage(image.bytes);
    if (!check.ok) return `${image.name}: ${check.reason}`;
    if (check.image.mediaType !== image.mediaType) return `${image.name} is not what it says it is.`;
  }
  return undefined;
}

async function insertAtCursor(text: string): Promise<void> {
  const editor = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors[0];
  if (!editor) {
    void vscode.window.showInformationMessage('Open a file to insert the code into.');
    return;
  }
  await editor.edit(edit => editor.selections.forEach(selection => edit.replace(selection, text)));
  await vscode.window.showTextDocument(editor.document, { viewColumn: editor.viewColumn ?? vscode.ViewColumn.Active });
}
