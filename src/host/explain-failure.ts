import type { FailureRecord } from '../chat/failure-record.ts';
import { redact } from '../core/redact.ts';
import type { Vendor } from '../llm/vendor.ts';
import { findVendor } from '../llm/vendors.ts';
import type { ActionView, FailureView } from '../protocol/chat-view-state.ts';
import { type BudgetOutlook, explainBudget } from './explain-budget.ts';

/**
 * What a person is told about a failure and can do about it: the one place where a code becomes words and buttons, for the chat, for
 * notifications and for docs/errors.md. What is true of one vendor only stands in the vendor's folder.
 */
export function explainFailure(record: FailureRecord, locale?: string, outlook?: BudgetOutlook): FailureView {
  // Redacted where it was made, with the key at hand; once more here, because this is what people put into screenshots.
  const failure = { ...record, message: redact(record.message) };
  const vendor = findVendor(failure.provider ?? '', failure.origin);
  const { title, hint, mended, resolutions, actions } = words(failure, vendor, locale, outlook);
  const { fallback } = failure;
  return {
    code: failure.code,
    title,
    ...(hint && { hint }),
    ...(mended && { mended }),
    ...(!isOwnWords(failure) && { detail: failure.message }),
    resolutions: [...(vendor?.remedies?.(failure) ?? []), ...resolutions],
    actions: [
      ...actions.filter(({ id }) => hasPage(id, vendor)),
      ...(fallback ? [{ id: 'use-fallback' as const, label: `Answer with ${fallback}` }] : []),
      ...(isRefusal(failure) ? [] : [{ id: 'copy-report' as const, label: 'Copy Details' }]),
    ],
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

/** A budget did what it is for: nobody is asked to look into that. */
const isRefusal = ({ code, budget }: FailureRecord): boolean => code === 'ERR_BUDGET_EXCEEDED' && !budget?.unknown;

/** A conversation that was too long is refused by us or by the server, each in its own words. */
const isOwnWords = ({ code, status, notSent }: FailureRecord): boolean =>
  ownWords.has(code) ||
  (code === 'ERR_CONTEXT_LENGTH_EXCEEDED' && status === undefined) ||
  (code === 'ERR_SERVICE_UNAVAILABLE' && notSent === true);

/** No button leads to a page that a vendor does not have. Of an unknown vendor nothing is known, so all are kept. */
function hasPage(id: ActionView['id'], vendor: Vendor | undefined): boolean {
  if (!vendor) return true;
  switch (id) {
    case 'open-keys-page':
      return vendor.pages.keys !== undefined;
    case 'open-billing':
      return vendor.pages.billing !== undefined;
    case 'open-status':
      return vendor.pages.status !== undefined;
    default:
      return true;
  }
}

type Words = {
  readonly title: string;
  readonly hint?: string;
  readonly mended?: true;
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

/** "Limit 10,000, used 9,500, asked for 1,200.", as far as the server said so. */
function figuresOf({ figures }: FailureRecord, locale: string | undefined): string[] {
  if (!figures) return [];
  const count = (value: number): string => value.toLocaleString(locale);
  const { limit, used, requested } = figures;
  const parts = [
    `limit ${count(limit)}`,
    used !== undefined && `used ${count(used)}`,
    requested !== undefined && `asked for ${count(requested)}`,
  ].filter(part => part !== false);
  return [`The provider's figures: ${parts.join(', ')}.`];
}

/** What became of the model, and what to ask instead. */
function elsewhere({ model, shutdown, alternatives }: FailureRecord, vendor: Vendor | undefined): string[] {
  // Not a model but its owner's name for it: the vendor's remedies say all there is to say.
  if (vendor?.modelBehind) return [];
  return [
    shutdown ? `${model ?? 'The model'} was shut down on ${shutdown}.` : "Check the model's id for typos.",
    alternatives?.length ? `Live today: ${alternatives.join(', ')}.` : 'Choose a model that is live.',
    ...(shutdown ? [] : ["Check that the account's tier has access to it."]),
  ];
}

function tooLong(failure: FailureRecord, locale: string | undefined): Words {
  const { hasEarlier, alternatives, status } = failure;
  const shorten: ActionView = { id: 'shorten', label: 'Leave Out Old Messages' };
  const newChat: ActionView = { id: 'new-chat', label: 'New Chat' };
  return {
    title: status === undefined ? failure.message : 'The conversation is longer than the model can read.',
    resolutions: [
      ...(status === undefined ? ['Nothing was sent and nothing was billed.'] : figuresOf(failure, locale)),
      ...(hasEarlier ? ['Leave out the oldest messages, or start a new chat.'] : ['Ask about less at once.']),
      'Lower maxTokens: it is set aside for the answer.',
      alternatives?.length
        ? `Switch to a model that reads more: ${alternatives.join(', ')}.`
        : 'Switch to a model with a larger context.',
    ],
    actions: hasEarlier ? [primary(shorten), switchModel, newChat, settings] : [primary(switchModel), settings],
  };
}

/** Not the service's own answer: it failed so often that it is not asked for a while. */
function paused({ retryAfterMs = 0 }: FailureRecord, provider: string): Words {
  const seconds = Math.ceil(retryAfterMs / 1000);
  return {
    title: `${provider} failed several times in a row, so it is left alone for ${seconds} s.`,
    resolutions: [
      'Nothing was sent and nothing was billed.',
      `Wait ${seconds} s, or ask now if you know that it is back.`,
      "Look at the provider's status page.",
    ],
    actions: [
      { id: 'ask-now', label: 'Ask Now', primary: true },
      { id: 'open-status', label: 'Open Status Page' },
      switchModel,
    ],
  };
}

/** Before anything was sent: a setting is wrong, or an image is not what the model takes. */
function refusedHere({ message, param }: FailureRecord): Words {
  const free = 'Nothing was sent and nothing was billed.';
  if (param === 'image')
    return {
      title: message,
      resolutions: [free, 'Ask again with another image; this one has been taken out of the conversation.'],
      actions: [primary(switchModel)],
    };
  return {
    title: message,
    resolutions: [free, 'Change the setting named above.'],
    actions: [primary(settings), switchModel, secondary(tryAgain)],
  };
}

/** Which part of the request the server objects to, where it says so. */
const refusedPart = ({ param }: FailureRecord): string[] => (param ? [`The part that was refused: ${param}.`] : []);

// The causes and resolutions of the reference's error table, corrected for November 2026.
function words(
  failure: FailureRecord,
  vendor: Vendor | undefined,
  locale: string | undefined,
  outlook: BudgetOutlook | undefined,
): Words {
  const provider = vendor?.label ?? 'The provider';
  switch (failure.code) {
    case 'ERR_KEY_REQUIRED':
      return {
        title: failure.message,
        resolutions: vendor?.keySteps ?? ["Create a key on the provider's site.", 'Set it here.'],
        actions: [setKey, { id: 'open-keys-page', label: 'Open Keys Page' }],
      };
    case 'ERR_INVALID_API_KEY':
      return {
        title: 'The API key was not accepted.',
        resolutions: [
          `Verify the key at ${vendor?.pages.keys?.replace('https://', '') ?? "the provider's site"}.`,
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
          ...figuresOf(failure, locale),
          tryLater(failure),
          'Ask for less at once: shorter questions, fewer attachments, a smaller maxTokens.',
          'A higher usage tier of the account raises the limit.',
        ],
        actions: [tryAgain, switchModel],
      };
    case 'ERR_MODEL_NOT_FOUND':
      return {
        title: 'The model does not exist here, or this key may not use it.',
        resolutions: elsewhere(failure, vendor),
        actions: [primary(switchModel), settings],
      };
    case 'ERR_INVALID_REQUEST':
      return {
        title: 'The request was refused as invalid.',
        resolutions: [
          ...refusedPart(failure),
          "Check temperature (0 to 2) and maxTokens (1 to the model's maximum) in the settings.",
          'If an image was attached, try without it: it has been taken out of the conversation.',
          'Start a new chat if the conversation itself is what is refused.',
        ],
        actions: [primary(settings), secondary(tryAgain), { id: 'new-chat', label: 'New Chat' }],
      };
    case 'ERR_CONTEXT_LENGTH_EXCEEDED':
      return tooLong(failure, locale);
    case 'ERR_CONTENT_FILTER':
      return {
        title: "The request was refused by the provider's safety system.",
        resolutions: ['Rephrase the question.', 'Contact the provider if this is a mistake.'],
        actions: [{ id: 'new-chat', label: 'New Chat', primary: true }],
      };
    case 'ERR_CONFLICT':
      return {
        title: 'The provider is still busy with something that conflicts with this.',
        resolutions: [tryLater(failure)],
        actions: [tryAgain],
      };
    case 'ERR_SERVICE_UNAVAILABLE':
      if (failure.notSent) return paused(failure, provider);
      return {
        title: `${provider} is not available right now.`,
        resolutions: [tryLater(failure), "Look at the provider's status page.", 'Switch to another model.'],
        actions: [tryAgain, { id: 'open-status', label: 'Open Status Page' }, switchModel],
      };
    case 'ERR_NETWORK':
      return {
        title: `${provider} could not be reached. ${failure.message}`,
        resolutions: [
          'Check the network connection.',
          'Check the endpoint in the settings.',
          'Behind a company proxy, check "http.proxy" and its certificate.',
        ],
        actions: [tryAgain, settings, log],
      };
    case 'ERR_TIMEOUT':
      return {
        title: `${provider} did not answer in time. ${failure.message}`,
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
      return refusedHere(failure);
    case 'ERR_BUDGET_EXCEEDED':
      return explainBudget(failure, locale, outlook);
  }
}
