import { existsSync, readFileSync, readdirSync } from 'node:fs';

interface Project {
  readonly type: 'application' | 'library';
  readonly root: string;
  readonly sourceRoot: string;
  readonly entryFile: string;
  readonly compilerOptions: { readonly tsConfigPath: string };
}

const { projects } = JSON.parse(readFileSync('nest-cli.json', 'utf8')) as {
  readonly projects: Readonly<Record<string, Project>>;
};

const foldersIn = (parent: string): string[] =>
  readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(`${parent}/${entry.name}/src`))
    .map(({ name }) => `${parent}/${name}`);

/** Vite builds the page. */
const BUILT_OTHERWISE = ['apps/web'];

describe('nest-cli.json', () => {
  it('lists every app and every library', () => {
    const roots = Object.values(projects).map(({ root }) => root);
    const expected = [...foldersIn('apps'), ...foldersIn('libs'), 'stack', 'bench'];
    expect(roots.toSorted()).toEqual(
      expected.filter((folder) => !BUILT_OTHERWISE.includes(folder)).toSorted(),
    );
  });

  it.each(Object.entries(projects))('names files that exist for %s', (_, project) => {
    expect(existsSync(project.compilerOptions.tsConfigPath)).toBe(true);
    expect(existsSync(`${project.sourceRoot}/${project.entryFile}.ts`)).toBe(true);
  });
});
