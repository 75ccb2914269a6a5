import { readFileSync } from 'node:fs';
import { parseMapping } from './mapping.js';
import { MAPPING_SCHEMA } from './mapping-schema.js';

const page = readFileSync('docs/take-over-mapping.md', 'utf8');
const [, example = ''] = /```json\n([^]*?)```/.exec(page) ?? [];

describe('docs/take-over-mapping.md', () => {
  it('has an example that is a mapping', () => {
    expect(parseMapping(example)).toMatchObject({ ok: true });
  });

  it('explains every field', () => {
    const cells = [...page.matchAll(/^\| (`[^|]*`) *\|/gm)].map(([, cell]) => cell ?? '');
    const explained = cells.flatMap((cell) =>
      [...cell.matchAll(/`([a-zA-Z]+)[^`]*`/g)].map(([, field]) => field),
    );
    expect(explained.toSorted()).toEqual(Object.keys(MAPPING_SCHEMA.shape).toSorted());
  });
});
