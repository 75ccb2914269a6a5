import { EMPTY_MAPPING, parseMapping, type Mapping } from '#import';
import { CannotImportError, cannotImport } from '../errors.js';
import type { CommandContext } from './command-context.js';

/** The mapping of `--map`; without it nothing is decided. */
export function readMapping(context: CommandContext, file: string | undefined): Mapping {
  if (file === undefined) return EMPTY_MAPPING;
  const parsed = parseMapping(readText(context, file));
  if (parsed.ok) return parsed.value;
  const faults = parsed.errors.map(({ field, reason }) => `${field} ${reason}`);
  throw new CannotImportError(
    `${file} is no mapping:\n${faults.map((one) => `  ${one}`).join('\n')}`,
  );
}

function readText({ readFile }: CommandContext, file: string): string {
  try {
    return readFile(file);
  } catch (cause) {
    throw cannotImport(`${file} can't be read`, cause);
  }
}
