import { z } from 'zod';

/** A whole number in decimal. Its default is text: `wholeNumber(…).prefault('3')`. */
export function wholeNumber({ min, max }: { readonly min: number; readonly max: number }) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^-?\d{1,16}$/, { error: message, abort: true })
    .transform(Number)
    .refine((value) => Number.isSafeInteger(value) && value >= min && value <= max, {
      error: message,
    });
}

export function port() {
  return wholeNumber({ min: 0, max: 65_535 });
}

/** Names separated by commas; empty text is an empty list. */
export function list() {
  return z.string().transform((text) =>
    text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  );
}

export function onOff() {
  return z
    .enum(['on', 'off'], { error: 'must be "on" or "off"' })
    .transform((value) => value === 'on');
}

/** JSON text; a schema that follows (`.pipe(…)`) checks its value. */
export function json() {
  return z.string().transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON' });
      return z.NEVER;
    }
  });
}
