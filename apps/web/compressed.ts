import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const PACKERS = { '.br': promisify(brotliCompress), '.gz': promisify(gzip) } as const;
const TEXT = /\.(html|js|css|svg)$/;

const inKilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

/** Packs every file once, at the build, for the API to send as it is; and says how big the page is. */
export const compressed = (): Plugin => ({
  name: 'compressed',
  apply: 'build',
  async writeBundle({ dir = '.' }) {
    const files = await readdir(dir, { recursive: true });
    const sizes = { plain: 0, packed: 0 };
    for (const file of files.filter((name) => TEXT.test(name))) {
      const plain = await readFile(join(dir, file));
      for (const [suffix, pack] of Object.entries(PACKERS)) {
        const packed = await pack(plain);
        await writeFile(join(dir, file + suffix), packed);
        if (suffix === '.br') sizes.packed += packed.length;
      }
      sizes.plain += plain.length;
    }
    const { plain, packed } = sizes;
    this.info(`the whole page is ${inKilobytes(packed)} by Brotli, ${inKilobytes(plain)} unpacked`);
  },
});
