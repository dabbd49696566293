import type { ActionId, ModelView } from '../protocol/chat-view-state.ts';
import { element, icon } from './element.ts';
import { drawActions } from './failure-card.ts';
import type { Post } from './vscode-api.ts';

/** Answerable in any workspace with the reading tools alone. */
const examples = ['What does this project do?', 'Where are errors handled?', 'Which parts have no tests yet?'];

/** What stands where the conversation will be: without a key the way to one, with a key a few first questions. */
export function drawWelcome(
  key: 'set' | 'missing',
  model: ModelView,
  post: Post,
  fill: (question: string) => void,
): HTMLElement {
  const heading = element('h1', {}, key === 'missing' ? 'Welcome to Pennyloom' : 'Ask about your code');
  const sentence = element(
    'p',
    {},
    `Chat about your code with your own ${model.provider} key. Every answer shows what it cost.`,
  );
  const welcome = element('section', { class: 'welcome', 'data-testid': 'welcome', 'data-key': key }, heading);
  if (key === 'missing')
    welcome.append(
      sentence,
      drawActions([{ id: 'set-key', label: 'Set API Key', primary: true }], undefined, post),
      ...(model.keysPage ? [actionLink(`Get a key from ${model.provider}`, 'open-keys-page', post)] : []),
      actionLink('Or use Anthropic, Mistral, Azure, Ollama or another host', 'choose-provider', post),
    );
  else
    welcome.append(
      element(
        'p',
        {},
        `It reads the files it needs and shows you each one.${model.vision ? ' Paste a screenshot to ask about it.' : ''}`,
      ),
      element('div', { class: 'examples' }, ...examples.map(question => exampleButton(question, fill))),
    );
  welcome.append(element('p', { class: 'description' }, ...costSentence(model)));
  return welcome;
}

function costSentence({ id, name, price, typicalCost }: ModelView): (string | Node)[] {
  if (!id) return ['No model is chosen yet.'];
  if (typicalCost === undefined) return [`The price of ${name} is not known here, so its cost will show as unknown.`];
  const amount = element('span', { class: 'together' }, typicalCost);
  return [`A short question to ${name} typically costs `, amount, price === undefined ? '.' : ` (${price}).`];
}

function actionLink(label: string, action: ActionId, post: Post): HTMLElement {
  const link = element('button', { type: 'button', class: 'link-button', 'data-action': action }, label);
  link.addEventListener('click', () => {
    post({ type: 'action', action });
  });
  return element('p', {}, link);
}

function exampleButton(question: string, fill: (question: string) => void): HTMLButtonElement {
  const button = element(
    'button',
    { type: 'button', class: 'example', 'data-testid': 'example' },
    icon('comment-discussion'),
    element('span', {}, question),
  );
  button.addEventListener('click', () => {
    fill(question);
  });
  return button;
}
