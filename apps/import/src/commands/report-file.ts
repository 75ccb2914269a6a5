import { createPrivateKey, type KeyObject } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { COMPARISON_FORMAT, type ComparisonReport } from '#import';
import { signReport } from '#identity';
import { CannotImportError, cannotImport } from '../errors.js';
import type { CommandContext } from './command-context.js';

export interface ReportOptions {
  readonly report?: string;
  readonly key?: string;
}

/** Writes the report, signed. */
export type WriteReport = (report: ComparisonReport) => void;

const MAKE_A_KEY = 'make one by `npm run audit -- anchor --new-key FILE`';

/** What is wrong is said before the long work; null: no report is to be written. */
export function reportWriter(
  { readFile }: CommandContext,
  { report: file, key: keyFile }: ReportOptions,
): WriteReport | null {
  if (file === undefined && keyFile === undefined) return null;
  if (file === undefined) {
    throw new CannotImportError('--key is of use only with --report: name the file of the report');
  }
  if (keyFile === undefined) {
    throw new CannotImportError(
      `--report needs --key, the private key to sign with: ${MAKE_A_KEY}`,
    );
  }
  requireNew('--report', file);
  const key = readKey(keyFile, readFile);
  return (report) => {
    try {
      writeFileSync(file, signReport(COMPARISON_FORMAT, report, key), { flag: 'wx' });
    } catch (cause) {
      throw cannotImport(`--report: ${file} can't be written`, cause);
    }
  };
}

/** What was written as evidence is not overwritten. */
export function requireNew(option: string, file: string): void {
  if (existsSync(file)) {
    throw new CannotImportError(`${option}: ${file} exists already: name another file`);
  }
}

function readKey(file: string, readFile: CommandContext['readFile']): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(readFile(file));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CannotImportError(
      `--key: ${file} can't be read as a private key (${reason}): ${MAKE_A_KEY}`,
      { cause },
    );
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new CannotImportError(`--key: ${file} holds no Ed25519 key: ${MAKE_A_KEY}`);
}
