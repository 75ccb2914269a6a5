import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const COMPRESSORS = { '.br': promisify(brotliCompress), '.gz': promisify(gzip) } as const;
const TEXT = /\.(html|js|css|svg)$/;

const inKilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

/** Compresses every file at build time, so that the API serves it as it is, and logs the size of the page. */
export const compressAssets = (): Plugin => ({
  name: 'compress-assets',
  apply: 'build',
  async writeBundle({ dir = '.' }) {
    const files = await readdir(dir, { recursive: true });
    const sizes = { plain: 0, brotli: 0 };
    for (const file of files.filter((name) => TEXT.test(name))) {
      const plain = await readFile(join(dir, file));
      for (const [suffix, compress] of Object.entries(COMPRESSORS)) {
        const compressed = await compress(plain);
        await writeFile(join(dir, file + suffix), compressed);
        if (suffix === '.br') sizes.brotli += compressed.length;
      }
      sizes.plain += plain.length;
    }
    const { plain, brotli } = sizes;
    this.info(
      `the whole page is ${inKilobytes(brotli)} with Brotli, ${inKilobytes(plain)} uncompressed`,
    );
  },
});
