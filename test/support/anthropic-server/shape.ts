// What a value must look like, told the way the API tells it: "messages.0.content.1.text: Field required".

/** What is wrong with a value at a place; nothing where all is well. */
export type Shape = (value: unknown, at: string) => readonly string[];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const join = (at: string, name: string | number): string => (at === '' ? String(name) : `${at}.${name}`);

export const text: Shape = (value, at) => (typeof value === 'string' ? [] : [`${at}: Input should be a valid string`]);

export const flag: Shape = (value, at) =>
  typeof value === 'boolean' ? [] : [`${at}: Input should be a valid boolean`];

export const dictionary: Shape = (value, at) => (isRecord(value) ? [] : [`${at}: Input should be a valid dictionary`]);

export const matching =
  (pattern: RegExp): Shape =>
  (value, at) => {
    if (typeof value !== 'string') return text(value, at);
    return pattern.test(value) ? [] : [`${at}: String should match pattern '${pattern.source}'`];
  };

export const integer =
  (least: number): Shape =>
  (value, at) => {
    if (!Number.isInteger(value)) return [`${at}: Input should be a valid integer`];
    return (value as number) >= least ? [] : [`${at}: Input should be greater than or equal to ${least}`];
  };

export const numberIn =
  (least: number, most: number): Shape =>
  (value, at) => {
    if (typeof value !== 'number') return [`${at}: Input should be a valid number`];
    if (value < least) return [`${at}: range: ${least}..${most}`];
    return value > most ? [`${at}: range: ${least}..${most}`] : [];
  };

export const oneOf =
  (...values: readonly string[]): Shape =>
  (value, at) =>
    values.includes(value as string) ? [] : [`${at}: Input should be ${values.map(each => `'${each}'`).join(', ')}`];

export const orNull =
  (shape: Shape): Shape =>
  (value, at) =>
    value === null ? [] : shape(value, at);

export const list =
  (item: Shape, least = 0): Shape =>
  (value, at) => {
    if (!Array.isArray(value)) return [`${at}: Input should be a valid list`];
    if (value.length < least) return [`${at}: at least ${least} ${at} is required`];
    return value.flatMap((each, index) => item(each, join(at, index)));
  };

/** Text, or a list of blocks. */
export const textOr =
  (shape: Shape): Shape =>
  (value, at) =>
    typeof value === 'string' ? [] : shape(value, at);

interface Fields {
  readonly [name: string]: Shape;
}

/** No field may be missing, and none be there that is not named. */
export const object =
  (required: Fields, optional: Fields = {}): Shape =>
  (value, at) => {
    if (!isRecord(value)) return [`${at}: Input should be a valid dictionary`];
    const unknown = Object.keys(value).filter(name => !Object.hasOwn(required, name) && !Object.hasOwn(optional, name));
    const missing = Object.keys(required).filter(name => value[name] === undefined);
    return [
      ...unknown.map(name => `${join(at, name)}: Extra inputs are not permitted`),
      ...missing.map(name => `${join(at, name)}: Field required`),
      ...Object.entries({ ...required, ...optional }).flatMap(([name, shape]) =>
        value[name] === undefined ? [] : shape(value[name], join(at, name)),
      ),
    ];
  };

/** One of several objects, told apart by their `type`. */
export const tagged =
  (kinds: Fields): Shape =>
  (value, at) => {
    if (!isRecord(value)) return [`${at}: Input should be a valid dictionary`];
    const { type } = value;
    const shape = typeof type === 'string' && Object.hasOwn(kinds, type) ? kinds[type] : undefined;
    if (shape) return shape(value, join(at, type as string));
    const tags = Object.keys(kinds)
      .map(kind => `'${kind}'`)
      .join(', ');
    return type === undefined
      ? [`${join(at, 'type')}: Field required`]
      : [
          `${at}: Input tag '${JSON.stringify(type)}' found using 'type' does not match any of the expected tags: ${tags}`,
        ];
  };
