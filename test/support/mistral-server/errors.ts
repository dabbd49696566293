import { ApiError } from '../openai-server/errors.ts';

/** `{"object":"error","message":…,"type":…,"param":null,"code":"1500","raw_status_code":400}`: one flat object. */
export class MistralError extends ApiError {
  override body(): string {
    const { message, type, param, code, status } = this;
    return JSON.stringify({ object: 'error', message, type, param, code, raw_status_code: status });
  }
}

/** `{"detail":"Unauthorized"}`: the gateway's own, before the API is reached. */
export class Unauthorized extends ApiError {
  constructor() {
    super(401, 'Unauthorized');
  }

  override body(): string {
    return JSON.stringify({ detail: this.message });
  }
}

/** One of pydantic's complaints. */
export interface Detail {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input: unknown;
}

/** 422, with the list inside `message` (editor-code-assistant/eca#315, 2026-02). */
export class InvalidBody extends ApiError {
  readonly #details: readonly Detail[];

  constructor(details: readonly Detail[]) {
    super(422, details.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`).join('; '));
    this.#details = details;
  }

  override body(): string {
    const message = { detail: this.#details };
    return JSON.stringify({ object: 'error', message, type: 'invalid_request_error', param: null, code: null });
  }
}

/** A conversation out of order: code 3230, and relatives. Wordings: mistralai/mistral-common, validator.py (2026). */
export const outOfOrder = (message: string): MistralError =>
  new MistralError(400, message, { type: 'invalid_request_message_order', code: '3230' });
