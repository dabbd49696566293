import { Money } from '../core/money.ts';
import type { Database } from '../storage/database.ts';
import { type Trouble, troubleOf } from '../storage/trouble.ts';
import type { Conversation, Turn } from './conversation.ts';

/** An image as it is sent. */
export interface StoredImage {
  readonly id: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** Where conversations are kept between reloads. */
export interface History {
  load(conversationId: string): Conversation | undefined;
  saveTurn(conversation: Conversation, turn: Turn, facts: { readonly workspace: string; readonly now: number }): void;
  saveImages(turnId: string, images: readonly StoredImage[]): void;
  /** As a data URI. */
  loadImage(turnId: string, imageId: string): string | undefined;
  removeTurn(turnId: string): void;
}

/** Conversations in the database that all windows share. */
export class SqliteHistory implements History {
  #db: Database;
  #onTrouble: (trouble: Trouble) => void;

  /** @param onTrouble told when a conversation cannot be read; it is as if it were not there. */
  constructor(db: Database, onTrouble: (trouble: Trouble) => void = () => {}) {
    this.#db = db;
    this.#onTrouble = onTrouble;
  }

  load(conversationId: string): Conversation | undefined {
    try {
      return this.#read(conversationId);
    } catch (error) {
      const trouble = troubleOf(error);
      if (!trouble) throw error;
      this.#onTrouble(trouble);
      return undefined;
    }
  }

  #read(conversationId: string): Conversation | undefined {
    const row = this.#db.get('SELECT title FROM conversations WHERE id = ?', conversationId);
    if (!row) return undefined;
    const turns = this.#db
      .all('SELECT record FROM turns WHERE conversation = ? ORDER BY position', conversationId)
      .flatMap(({ record }) => readTurn(String(record)) ?? []);
    return { id: conversationId, title: String(row['title']), turns };
  }

  saveTurn(conversation: Conversation, turn: Turn, { workspace, now }: { workspace: string; now: number }): void {
    this.#db.transaction(() => {
      this.#db.run(
        `INSERT INTO conversations (id, title, workspace, created, updated) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET title = excluded.title, updated = excluded.updated`,
        conversation.id,
        conversation.title,
        workspace,
        now,
        now,
      );
      this.#db.run(
        // Behind all that is there, also behind records that could not be read and are therefore not in `conversation.turns`.
        `INSERT INTO turns (id, conversation, position, record)
         VALUES (?1, ?2, (SELECT COALESCE(MAX(position), -1) + 1 FROM turns WHERE conversation = ?2), ?3)
         ON CONFLICT (id) DO UPDATE SET record = excluded.record`,
        turn.id,
        conversation.id,
        JSON.stringify(turn, writeMoney),
      );
    });
  }

  saveImages(turnId: string, images: readonly StoredImage[]): void {
    this.#db.transaction(() => {
      for (const { id, mediaType, bytes } of images)
        this.#db.run(
          'INSERT OR REPLACE INTO images (turn, id, media_type, bytes) VALUES (?, ?, ?, ?)',
          turnId,
          id,
          mediaType,
          bytes,
        );
    });
  }

  loadImage(turnId: string, imageId: string): string | undefined {
    const row = this.#db.get('SELECT media_type, bytes FROM images WHERE turn = ? AND id = ?', turnId, imageId);
    return row && dataUri(String(row['media_type']), row['bytes'] as Uint8Array);
  }

  removeTurn(turnId: string): void {
    this.#db.run('DELETE FROM turns WHERE id = ?', turnId);
  }
}

/** Where nothing can be kept: images still have to be found within this window. */
export class ForgetfulHistory implements History {
  #images = new Map<string, StoredImage>();

  load(): undefined {
    return undefined;
  }

  saveTurn(): void {}

  saveImages(turnId: string, images: readonly StoredImage[]): void {
    for (const image of images) this.#images.set(`${turnId}/${image.id}`, image);
  }

  loadImage(turnId: string, imageId: string): string | undefined {
    const image = this.#images.get(`${turnId}/${imageId}`);
    return image && dataUri(image.mediaType, image.bytes);
  }

  removeTurn(turnId: string): void {
    for (const key of this.#images.keys()) if (key.startsWith(`${turnId}/`)) this.#images.delete(key);
  }
}

function dataUri(mediaType: string, bytes: Uint8Array): string {
  return `data:${mediaType};base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}`;
}

// JSON.stringify hands a replacer what toJSON made of a value; the value itself is still in its holder.
function writeMoney(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const original = this[key];
  return original instanceof Money ? { $money: original.toString() } : value;
}

/** One torn or foreign record must not cost the whole conversation: it is left out. */
function readTurn(json: string): Turn | undefined {
  try {
    const turn: unknown = JSON.parse(json, (_key, value: unknown) =>
      isMoneyJson(value) ? Money.parse(value.$money) : value,
    );
    return isTurn(turn) ? turn : undefined;
  } catch {
    return undefined;
  }
}

/** Whether everything is there that is looked into without asking; deeper in, records are as they were written. */
function isTurn(value: unknown): value is Turn {
  if (!isRecord(value) || typeof value['id'] !== 'string') return false;
  const { question, entries, messages, ending } = value;
  return (
    Array.isArray(entries) &&
    Array.isArray(messages) &&
    isRecord(question) &&
    typeof question['text'] === 'string' &&
    Array.isArray(question['images']) &&
    Array.isArray(question['contexts']) &&
    (ending === undefined || (isRecord(ending) && isRecord(ending['cost']) && ending['cost']['money'] instanceof Money))
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isMoneyJson = (value: unknown): value is { $money: string } =>
  isRecord(value) && typeof value['$money'] === 'string';
