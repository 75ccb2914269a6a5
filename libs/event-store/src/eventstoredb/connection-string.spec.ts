import { PermanentStoreError } from '../port.js';
import { parseConnectionString } from './connection-string.js';

describe('The EventStoreDB connection string', () => {
  it.each([
    ['esdb://localhost?tls=false', [{ address: 'localhost', port: 2113 }], false],
    ['esdb://127.0.0.1:4242/?tls=false', [{ address: '127.0.0.1', port: 4242 }], false],
    [
      'esdb://a:1,b:2,c?tls=false&nodePreference=follower',
      [
        { address: 'a', port: 1 },
        { address: 'b', port: 2 },
        { address: 'c', port: 2113 },
      ],
      false,
    ],
    ['esdb+discover://cluster.dns?tls=false', [{ address: 'cluster.dns', port: 2113 }], true],
  ])('%s names hosts', (text, hosts, discover) => {
    expect(parseConnectionString(text)).toMatchObject({ hosts, discover, isSecure: false });
  });

  it('names user and password, percent-encoded', () => {
    const { credentials, isSecure } = parseConnectionString('esdb://some%40one:p%3Aw%2F@host');
    expect(credentials).toEqual({ username: 'some@one', password: 'p:w/' });
    expect(isSecure).toBe(true);
  });

  it('may name a KurrentDB, which has the same protocol', () => {
    expect(parseConnectionString('kurrentdb+discover://c?tls=false').discover).toBe(true);
  });

  it('names a prefix for all streams, or none', () => {
    expect(parseConnectionString('esdb://host?tls=false').streamPrefix).toBe('');
    const { streamPrefix } = parseConnectionString('esdb://host?tls=false&streamPrefix=try_7.');
    expect(streamPrefix).toBe('try_7.');
  });

  it('may contain parameters of the client that this adapter does not need', () => {
    const text =
      'esdb://host?tls=false&keepAliveTimeout=10000&keepAliveInterval=10000&defaultDeadline=5000';
    expect(parseConnectionString(text).hosts).toHaveLength(1);
  });

  it.each([
    ['postgres://host', 'must read'],
    ['esdb://', 'must read'],
    ['esdb://user:secret@host:port?tls=false', 'name:port'],
    ['esdb://user:secret@host?tls=maybe', 'tls must be'],
    ['esdb://host', 'over TLS'],
    ['esdb://user:secret%@host', 'percent-encoded'],
    ['esdb://user:secret@host?nodePreference=nearest', 'nodePreference'],
    ['esdb://user:secret@host?throwOnAppendFailure=false', 'throwonappendfailure'],
    ['esdb://user:secret@host?tlsVerifyCert=false', 'tlsverifycert'],
    ['esdb://user:secret@host?surprise=1', 'surprise'],
    ['esdb://user:secret@host?streamPrefix=points-', 'streamPrefix'],
    ['esdb://user:secret@host?streamPrefix=$all', 'streamPrefix'],
    ['esdb://user:secret@host?tlsCAFile=nowhere.pem', 'nowhere.pem'],
  ])('rejects %s, and does not reveal the password', (text, named) => {
    const parse = () => parseConnectionString(text);
    expect(parse).toThrow(named);
    expect(parse).not.toThrow('secret');
    expect(parse).toThrow(PermanentStoreError);
  });
});
