import type { FromCostView, ToCostView } from '../../protocol/cost-messages.ts';
import { CostsPage } from './costs-page.ts';

/** The cost view's program; the page around it needs `<div id="root">`. */
declare function acquireVsCodeApi(): { postMessage(message: FromCostView): void };

const root = document.getElementById('root');
if (!root) throw new Error('The page has no #root');
const api = acquireVsCodeApi();
const page = new CostsPage(root, message => api.postMessage(message));
// Only the extension host can post here: the page frames nothing and its policy lets no other script run.
addEventListener('message', (event: MessageEvent<ToCostView>) => page.receive(event.data));
api.postMessage({ type: 'ready' });
