import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { withFolder } from '../testing/fixtures.js';
import type { Binaries } from './binaries.js';
import { locateDataDir, prepareData } from './data-dir.js';
import { ROOT_DATA_DIR } from './user.js';

/** Does what initdb does as far as it matters here, and notes how it was called. */
const INITDB = `
for one in "$@"; do
  case "$one" in
    --pgdata=*) data="\${one#*=}" ;;
    --pwfile=*) password="\${one#*=}" ;;
  esac
done
root=$(dirname "$0")
echo "$@" >> "$root/calls"
stat -c %a "$data" "$password" > "$root/modes" 2>/dev/null || stat -f %Lp "$data" "$password" > "$root/modes"
cat "$password" > "$root/password"
pwd > "$root/at"
echo 18 > "$data/PG_VERSION"`;

describe('a data directory of the embedded Postgres', () => {
  const folder = withFolder();
  const dataDir = () => folder.in('here', 'data');
  const binaries = (initdb = INITDB): Binaries => ({
    initdb: folder.program('initdb', initdb),
    postgres: folder.in('postgres'),
    major: '18',
  });
  const prepare = (initdb?: string, mayLose?: boolean) =>
    prepareData(dataDir(), binaries(initdb), null, mayLose);
  const callsOf = () => folder.read('calls').trim().split('\n');

  it('is made once, and gives the same password from then on', async () => {
    const password = await prepare();
    expect(password).toMatch(/^[\w-]{24}$/);
    expect(folder.read('password')).toBe(password);
    expect(await prepare('exit 1')).toBe(password);
    expect(callsOf()).toHaveLength(1);
  });

  it('has a password of its own', async () => {
    const first = await prepare();
    const second = await prepareData(folder.in('other'), binaries(), null);
    expect(second).not.toBe(first);
  });

  it('is readable by its owner alone, and so is the password while it is made', async () => {
    await prepare();
    expect(folder.read('modes').trim().split('\n')).toEqual(['700', '600']);
    expect(statSync(dataDir()).mode & 0o777).toBe(0o700);
    expect(statSync(folder.in('here', 'data', 'points-ledger.json')).mode & 0o777).toBe(0o600);
  });

  it('leaves no password and nothing unfinished beside it', async () => {
    await prepare();
    expect(readdirSync(folder.in('here'))).toEqual(['data']);
  });

  it('asks for a password, and is in UTF-8 without a language', async () => {
    await prepare();
    const [call] = callsOf();
    for (const flag of ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'])
      expect(call).toContain(flag);
  });

  it('waits for the disk, unless its data may be lost', async () => {
    await prepare();
    await prepareData(folder.in('lost'), binaries(), null, true);
    expect(callsOf().map((call) => call.includes('--no-sync'))).toEqual([false, true]);
  });

  it('is made beside its place: it is not there when initdb fails, which is quoted', async () => {
    const failed = prepare('echo "initdb: error: no space left on device" >&2; exit 1');
    await expect(failed).rejects.toThrow(
      /^initdb could not make .*\.data\.unfinished: initdb: error: no space left on device$/,
    );
    expect(existsSync(dataDir())).toBe(false);
    expect(readdirSync(folder.in('here'))).toEqual(['.data.unfinished']);
    expect(await prepare()).toMatch(/^[\w-]{24}$/);
  });

  it('is made from the beginning after an interrupted start', async () => {
    mkdirSync(folder.in('here', '.data.unfinished', 'base'), { recursive: true });
    folder.write('here/.data.unfinished.password', 'of the interrupted one');
    const password = await prepare();
    expect(folder.read('password')).toBe(password);
    expect(readdirSync(dataDir()).toSorted()).toEqual(['PG_VERSION', 'points-ledger.json']);
  });

  it('is made in an empty directory that is there', async () => {
    mkdirSync(dataDir(), { recursive: true });
    await prepare();
    expect(readdirSync(dataDir()).toSorted()).toEqual(['PG_VERSION', 'points-ledger.json']);
  });

  it('says when it could not be made because there is no initdb', async () => {
    const missing = { ...binaries(), initdb: folder.in('nowhere') };
    await expect(prepareData(dataDir(), missing, null)).rejects.toThrow(/initdb could not make/);
  });

  it.each([
    ['of another major version', 'PG_VERSION', '15\n', /data of Postgres 15, this is Postgres 18/],
    ['without its mark', 'points-ledger.json', null, /is not a whole data directory of ours/],
    ['with half of its mark', 'points-ledger.json', '{"passw', /is not a whole data directory/],
    ['without its version', 'PG_VERSION', null, /is not a whole data directory of ours/],
  ])('is not touched when it is one %s', async (_what, file, text, message) => {
    await prepare();
    if (text === null) rmSync(folder.in('here', 'data', file));
    else folder.write(`here/data/${file}`, text);
    const before = readdirSync(dataDir());
    await expect(prepare()).rejects.toThrow(message);
    expect(readdirSync(dataDir())).toEqual(before);
    expect(callsOf()).toHaveLength(1);
  });

  describe('is kept', () => {
    const stranger = { name: 'stranger', uid: 54_321, gid: 54_321 };
    const said: string[] = [];
    const locate = (user: typeof stranger | null) =>
      locateDataDir(dataDir(), user, (line) => void said.push(line));
    beforeEach(() => {
      said.length = 0;
      chmodSync(folder.path, 0o755);
    });

    it('where it was asked for', async () => {
      expect(await locate(null)).toBe(dataDir());
      expect(await locate(stranger)).toBe(dataDir());
      expect(said).toEqual([]);
    });

    it('elsewhere when its user may not enter that, which is reported', async () => {
      chmodSync(folder.path, 0o700);
      const place = await locate(stranger);
      expect(place.startsWith(`${ROOT_DATA_DIR}/`)).toBe(true);
      expect(place.slice(ROOT_DATA_DIR.length + 1)).toBe(dataDir().slice(1).replaceAll('/', '_'));
      expect(said).toEqual([
        `the user postgres may not enter ${folder.path}: data is kept in ${place} instead`,
      ]);
    });
  });
});
