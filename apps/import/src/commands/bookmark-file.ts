import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { CannotImportError } from '../errors.js';
import type { Bookmark } from '../source/changed-users.js';
import type { CommandContext } from './command-context.js';

const BOOKMARK = z.strictObject({ throughId: z.string().nullable(), at: z.iso.datetime() });

/** Beside the data of this machine: a bookmark only spares reading, and is no part of the ledger. */
const fileOf = ({ env }: CommandContext, importId: string): string =>
  join(env['DATA_DIR'] ?? '.data', `import-${importId}.json`);

export function readBookmark(context: CommandContext, importId: string): Bookmark {
  const file = fileOf(context, importId);
  try {
    return BOOKMARK.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new CannotImportError(
      `${file} has no bookmark: import everything once, without --since-last`,
      { cause },
    );
  }
}

export function writeBookmark(context: CommandContext, importId: string, bookmark: Bookmark): void {
  const file = fileOf(context, importId);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.part`, JSON.stringify(bookmark));
  renameSync(`${file}.part`, file);
}
