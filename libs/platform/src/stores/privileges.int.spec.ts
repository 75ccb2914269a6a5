import pg from 'pg';
import { withLedgerDatabase } from '../testing/ledger-database.js';
import { grantInstruction, missingPrivileges, type Privilege } from './privileges.js';

const RIGHTS: readonly Privilege[] = [
  [null, 'things', 'select'],
  [null, 'things', 'insert'],
  ['inner', 'act', 'execute'],
  ['inner', 'seen', 'select'],
];

describe('The privileges of a login', () => {
  const database = withLedgerDatabase();
  let login: { readonly url: string; readonly role: string };
  beforeAll(async () => {
    await database.query('create table things (id int); create schema "inner"');
    await database.query('create view "inner".seen as select 1 as one');
    await database.query('create function "inner".act() returns int language sql return 1');
    await database.query('revoke execute on function "inner".act() from public');
  });
  beforeEach(async () => {
    login = await database.login();
  });
  const grant = (what: string) => database.query(`grant ${what} to ${login.role}`);

  async function missing(rights = RIGHTS) {
    const client = new pg.Client({ connectionString: login.url });
    await client.connect();
    try {
      return await missingPrivileges(client, rights);
    } finally {
      await client.end();
    }
  }
  const namesOf = async () => (await missing()).map(({ right }) => right.join(' ').trim());

  it('are all missing at first, in the order in which they were asked for', async () => {
    expect(await missing()).toEqual(RIGHTS.map((right) => ({ role: login.role, right })));
  });

  it('are missing one by one', async () => {
    await grant('select on things');
    expect(await namesOf()).toEqual(['things insert', 'inner act execute', 'inner seen select']);
    await grant('insert on things');
    expect(await namesOf()).toEqual(['inner act execute', 'inner seen select']);
  });

  it('are missing as long as their schema may not be used', async () => {
    await grant('execute on function "inner".act()');
    await grant('select on "inner".seen');
    expect(await namesOf()).toContain('inner act execute');
    await grant('usage on schema "inner"');
    expect(await namesOf()).toEqual(['things select', 'things insert']);
  });

  it('may come by way of another role', async () => {
    const group = await database.login();
    await database.query(`grant select on things to ${group.role}`);
    await grant(group.role);
    expect(await namesOf()).not.toContain('things select');
  });

  it('are missing on what is not there', async () => {
    const rights: readonly Privilege[] = [['nowhere', 'nothing', 'select']];
    expect(await missing(rights)).toEqual([{ role: login.role, right: rights[0] }]);
  });

  it('are none for somebody who needs none', async () => {
    expect(await missing([])).toEqual([]);
  });
});

describe('The sentence about a missing privilege', () => {
  it('says what is missing, what for, and which command grants it', () => {
    const right: Privilege = ['event_store', 'append', 'execute'];
    expect(grantInstruction({ role: 'api', right }, 'append', 'writers')).toBe(
      'role api may not execute event_store.append, which it needs to append: grant writers to api; (or "npm run migrate", where the grant to writers itself is missing)',
    );
  });

  it('names no schema where that is the first of the search path', () => {
    const right: Privilege = [null, 'mjk_point_accounts', 'select'];
    expect(grantInstruction({ role: 'api', right }, 'read tables', 'readers')).toMatch(
      /^role api may not select mjk_point_accounts, /,
    );
  });
});
