/** The parsed value, or undefined when `text` is not JSON; no schema accepts undefined. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
