import type { FailureRecord } from '../chat/conversation.ts';
import { redact } from '../core/redact.ts';
import type { ActionView, FailureView } from '../protocol/chat-view-state.ts';

/** What a person is told about a failure and can do about it: the one place where a code becomes words and buttons. */
export function explainFailure(record: FailureRecord): FailureView {
  // Redacted where it was made, with the key at hand; once more here, because this is what people put into screenshots.
  const failure = { ...record, message: redact(record.message) };
  const { title, resolutions, actions } = words(failure);
  return {
    code: failure.code,
    title,
    ...(!ownWords.has(failure.code) && { detail: failure.message }),
    resolutions,
    actions: [...actions, { id: 'copy-report', label: 'Copy Details' }],
  };
}

/** Failures whose message is our own sentence, part of the title already; all others carry the server's. */
const ownWords: ReadonlySet<FailureRecord['code']> = new Set([
  'ERR_KEY_REQUIRED',
  'ERR_NETWORK',
  'ERR_TIMEOUT',
  'ERR_BAD_RESPONSE',
  'ERR_REFUSED_LOCALLY',
  'ERR_BUDGET_EXCEEDED',
]);

type Words = {
  readonly title: string;
  readonly resolutions: readonly string[];
  readonly actions: readonly ActionView[];
};

const setKey: ActionView = { id: 'set-key', label: 'Set API Key', primary: true };
const tryAgain: ActionView = { id: 'try-again', label: 'Try Again', primary: true };
const switchModel: ActionView = { id: 'switch-model', label: 'Switch Model' };
const settings: ActionView = { id: 'open-settings', label: 'Open Settings' };
const log: ActionView = { id: 'open-log', label: 'Open Log' };
const primary = (action: ActionView): ActionView => ({ ...action, primary: true });
const secondary = ({ id, label }: ActionView): ActionView => ({ id, label });

/** As long as the server asked for, where it did. */
function tryLater({ retryAfterMs }: FailureRecord): string {
  return retryAfterMs
    ? `Wait ${Math.ceil(retryAfterMs / 1000)} s, as the provider asks, and try again.`
    : 'Wait a moment and try again.';
}

// The causes and resolutions of the reference's error table, corrected for November 2026.
function words(failure: FailureRecord): Words {
  switch (failure.code) {
    case 'ERR_KEY_REQUIRED':
      return {
        title: failure.message,
        resolutions: [
          'Visit platform.openai.com.',
          'Sign up or log in.',
          'Open "API keys" in the settings.',
          'Choose "Create new secret key".',
          'Copy the key: it is shown only once.',
          'Add credits to the account, then set the key here.',
        ],
        actions: [setKey, { id: 'open-keys-page', label: 'Open Keys Page' }],
      };
    case 'ERR_INVALID_API_KEY':
      return {
        title: 'The API key was not accepted.',
        resolutions: [
          'Verify the key at platform.openai.com/api-keys.',
          'Check its form: "sk-proj-…" (new) or "sk-…" (legacy), with nothing before or after it.',
          'Make sure that it has not been revoked.',
          'Create a new key if in doubt, and set it here.',
        ],
        actions: [setKey, { id: 'open-keys-page', label: 'Open Keys Page' }],
      };
    case 'ERR_PERMISSION_DENIED':
      return {
        title: 'The account may not do this.',
        resolutions: [
          "Check that the key's project may use this model and this endpoint.",
          'Check that the service is offered in your country.',
          "Ask the organisation's owner for access, or switch to another model.",
        ],
        actions: [primary(switchModel), secondary(setKey)],
      };
    case 'ERR_INSUFFICIENT_QUOTA':
      return {
        title: 'The account has no credit left.',
        resolutions: [
          'Check the balance on the billing page.',
          'Add credit to the prepaid balance.',
          "Check the project's monthly limit.",
          'Waiting does not help until the quota is reset.',
        ],
        actions: [{ id: 'open-billing', label: 'Open Billing', primary: true }, secondary(tryAgain)],
      };
    case 'ERR_RATE_LIMIT':
      return {
        title: 'The rate limit is reached.',
        resolutions: [
          tryLater(failure),
          'Ask for less at once: shorter questions, fewer attachments, a smaller maxTokens.',
          'A higher usage tier of the account raises the limit.',
        ],
        actions: [tryAgain, switchModel],
      };
    case 'ERR_MODEL_NOT_FOUND':
      return {
        title: 'The model does not exist here, or this key may not use it.',
        resolutions: [
          "Check the model's id for typos.",
          'It may have been retired: choose one that is live.',
          "Check that the account's tier has access to it.",
        ],
        actions: [primary(switchModel), settings],
      };
    case 'ERR_INVALID_REQUEST':
      return {
        title: 'The request was refused as invalid.',
        resolutions: [
          "Check temperature (0 to 2) and maxTokens (1 to the model's maximum) in the settings.",
          'If an image was attached, try without it: it has been taken out of the conversation.',
          'Start a new chat if the conversation itself is what is refused.',
        ],
        actions: [primary(settings), secondary(tryAgain), { id: 'new-chat', label: 'New Chat' }],
      };
    case 'ERR_CONTEXT_LENGTH_EXCEEDED':
      return {
        title: 'The conversation is longer than the model can read.',
        resolutions: ['Start a new chat.', 'Lower maxTokens.', 'Switch to a model with a larger context.'],
        actions: [{ id: 'new-chat', label: 'New Chat', primary: true }, switchModel, settings],
      };
    case 'ERR_CONTENT_FILTER':
      return {
        title: "The request was refused by the provider's safety system.",
        resolutions: [
          'Rephrase the question.',
          'Look at openai.com/policies.',
          'Contact the provider if this is a mistake.',
        ],
        actions: [{ id: 'new-chat', label: 'New Chat', primary: true }],
      };
    case 'ERR_CONFLICT':
      return {
        title: 'The provider is still busy with something that conflicts with this.',
        resolutions: [tryLater(failure)],
        actions: [tryAgain],
      };
    case 'ERR_SERVICE_UNAVAILABLE':
      return {
        title: 'The provider is not available right now.',
        resolutions: [tryLater(failure), "Look at the provider's status page.", 'Switch to another model.'],
        actions: [tryAgain, { id: 'open-status', label: 'Open Status Page' }, switchModel],
      };
    case 'ERR_NETWORK':
      return {
        title: `The provider could not be reached. ${failure.message}`,
        resolutions: [
          'Check the network connection.',
          'Check the endpoint in the settings.',
          'Behind a company proxy, check "http.proxy" and its certificate.',
        ],
        actions: [tryAgain, settings, log],
      };
    case 'ERR_TIMEOUT':
      return {
        title: `The provider did not answer in time. ${failure.message}`,
        resolutions: [
          'Raise "timeout" in the settings.',
          'Ask for less: a shorter prompt, fewer attachments, a lower maxTokens.',
          'Check that the network connection is stable.',
          'Switch to a faster model.',
        ],
        actions: [tryAgain, settings, switchModel],
      };
    case 'ERR_BAD_RESPONSE':
      return {
        title: `The answer could not be read to its end. ${failure.message}`,
        resolutions: [
          'Try again.',
          'Check the endpoint in the settings: something else may be answering there.',
          'The log has the details.',
        ],
        actions: [tryAgain, settings, log],
      };
    case 'ERR_REFUSED_LOCALLY':
      return {
        title: failure.message,
        resolutions: ['Nothing was sent and nothing was billed.', 'Change the setting named above.'],
        actions: [primary(settings), switchModel, secondary(tryAgain)],
      };
    case 'ERR_BUDGET_EXCEEDED':
      return {
        title: failure.message,
        resolutions: [
          'Nothing was sent and nothing was billed.',
          'Raise the budget in the settings, or wait until it starts anew.',
          'Switch to a cheaper model, or lower maxTokens.',
        ],
        actions: [primary(settings), switchModel, secondary(tryAgain)],
      };
  }
}
