import { TIME } from './patterns.js';

// Checks of single fields of what is stored. Whether an event could have happened is for the rules.

export type FieldCheck = (value: unknown) => boolean;
export type Schema<T> = { readonly [K in keyof Required<T>]: FieldCheck };
/** A schema as a list of checks, built once and not for every event. */
export type FieldChecks = readonly (readonly [field: string, check: FieldCheck])[];

export const fieldChecksOf = (shape: Readonly<Record<string, FieldCheck>>): FieldChecks =>
  Object.entries(shape);

/** Whether the value is an object whose fields pass. */
export const passes =
  (checks: FieldChecks): FieldCheck =>
  (value) =>
    invalidFields(checks, value).length === 0;

export const text: FieldCheck = (value) => typeof value === 'string';
export const wholeNumber: FieldCheck = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0;
/** Negative: something that an opening brought in. */
export const revisionNumber: FieldCheck = Number.isSafeInteger;
export const positiveNumber: FieldCheck = (value) => wholeNumber(value) && value !== 0;
export const seconds: FieldCheck = (value) => Number.isFinite(value) && (value as number) >= 0;
export const matching = (pattern: string): FieldCheck => {
  const exact = new RegExp(`^${pattern}$`);
  return (value) => typeof value === 'string' && exact.test(value);
};
export const time = matching(TIME);
export const oneOf =
  (allowed: readonly string[]): FieldCheck =>
  (value) =>
    typeof value === 'string' && allowed.includes(value);
export const orNull =
  (check: FieldCheck): FieldCheck =>
  (value) =>
    value === null || check(value);
export const trueOrFalse: FieldCheck = (value) => typeof value === 'boolean';
export const possiblyEmptyListOf = <T>(shape: Schema<T>): FieldCheck => {
  const isItem = passes(fieldChecksOf(shape));
  return (value) => Array.isArray(value) && value.every(isItem);
};
export const listOf = <T>(shape: Schema<T>): FieldCheck => {
  const isList = possiblyEmptyListOf(shape);
  return (value) => isList(value) && (value as readonly unknown[]).length > 0;
};
/** Of a refusal. */
export const details: FieldCheck = (value) =>
  isObject(value) &&
  Object.values(value).every((detail) => text(detail) || Number.isSafeInteger(detail));

export const optional =
  (check: FieldCheck): FieldCheck =>
  (value) =>
    value === undefined || check(value);

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const NONE: readonly string[] = [];

export function invalidFields(fields: FieldChecks, value: unknown): readonly string[] {
  if (!isObject(value)) return ['(not an object)'];
  let faults: string[] | null = null;
  for (const [field, check] of fields) {
    if (!check(value[field])) (faults ??= []).push(field);
  }
  return faults ?? NONE;
}
