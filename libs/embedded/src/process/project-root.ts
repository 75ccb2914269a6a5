import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const POM = join('libs', 'embedded', 'kafka', 'pom.xml');

/** The root folder of the project, whether this file runs from the sources or from dist. */
export function projectRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, POM))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`${POM} is missing from the project`);
    folder = parent;
  }
  return folder;
}
