export type HeaderValue = Uint8Array | string;

/** A message as a Kafka client delivers it. */
export interface RawMessage {
  readonly key?: HeaderValue | null;
  readonly value?: Uint8Array | null;
  readonly headers?: Readonly<
    Record<string, HeaderValue | readonly HeaderValue[] | null | undefined>
  >;
}

/** A byte order mark is kept: an id or a key with it differs from one without. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** null: the bytes are not UTF-8. */
export function decodeUtf8(bytes: HeaderValue): string | null {
  if (typeof bytes === 'string') return bytes;
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

/** undefined: the header is absent. null: it is present more than once, or is not text. */
export function headerOf({ headers }: RawMessage, name: string): string | null | undefined {
  let value = headers?.[name];
  if (Array.isArray(value)) {
    const values: readonly HeaderValue[] = value;
    if (values.length > 1) return null;
    value = values[0];
  }
  return value === undefined || value === null ? undefined : decodeUtf8(value as HeaderValue);
}

/** undefined, which is no JSON value: the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
