import { mkdirSync } from 'node:fs';
import type { TestFolder } from './fixtures.js';

export interface FakeJavaScripts {
  readonly version?: string;
  /** Has `$storage`, the folder that is to be formatted. */
  readonly format?: string;
  /** What runs as the broker. */
  readonly broker?: string;
}

/** Stands for Java: notes each call in `calls`, and does as the scripts say. Gives its JAVA_HOME. */
export function fakeJava(folder: TestFolder, scripts: FakeJavaScripts = {}): string {
  const {
    version = 'openjdk version "21.0.2" 2024-01-16',
    format = ': > "$storage/meta.properties"',
    broker = 'exec sleep 60',
  } = scripts;
  mkdirSync(folder.in('jdk', 'bin'), { recursive: true });
  folder.program(
    'jdk/bin/java',
    `
case "$*" in
  *-version*) echo '${version}' >&2; exit 0 ;;
esac
echo "$*" >> '${folder.in('calls')}'
case "$*" in
  *StorageTool*)
    for one in "$@"; do
      [ "$before" = --config ] && config=$one
      before=$one
    done
    storage=$(sed -n 's/^log.dirs=//p' "$config")
    ${format}
    ;;
  *) ${broker} ;;
esac`,
  );
  return folder.in('jdk');
}

/** How it was called, but for its version. */
export const callsOf = (folder: TestFolder): readonly string[] =>
  folder.read('calls').trim().split('\n');
