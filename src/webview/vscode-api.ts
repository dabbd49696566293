import type { FromWebview } from '../protocol/from-webview.ts';

/** What a reload of the view must not lose. Images are not in it: the host's store takes JSON only, and they can be megabytes. */
export interface StoredDraft {
  readonly text: string;
}

export type Post = (message: FromWebview) => void;

/** https://code.visualstudio.com/api/references/vscode-api#WebviewApi (2026-11); may be acquired once in a page's life. */
interface WebviewApi {
  postMessage(message: FromWebview): void;
  getState(): unknown;
  setState(state: StoredDraft): void;
}

declare function acquireVsCodeApi(): WebviewApi;

export interface Host {
  readonly post: Post;
  readDraft(): StoredDraft;
  writeDraft(draft: StoredDraft): void;
}

export function connectHost(): Host {
  const api = acquireVsCodeApi();
  return {
    post: message => {
      api.postMessage(message);
    },
    readDraft: () => {
      const state = api.getState();
      const text = typeof state === 'object' && state !== null && 'text' in state ? state.text : undefined;
      return { text: typeof text === 'string' ? text : '' };
    },
    writeDraft: draft => {
      api.setState(draft);
    },
  };
}
