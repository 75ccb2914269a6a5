import { serverProperties, type ServerProperties } from './kafka-properties.js';

const PORTS = { broker: 19_092, controller: 19_093 };

function parsed(own?: ServerProperties, storageDir = '/data/storage'): Record<string, string> {
  const lines = serverProperties(PORTS, storageDir, own).split('\n');
  expect(lines.pop()).toBe('');
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

describe('the properties of the local Kafka', () => {
  it('make one node that is its own controller', () => {
    expect(parsed()).toMatchObject({
      'process.roles': 'broker,controller',
      'node.id': '1',
      'controller.quorum.voters': '1@127.0.0.1:19093',
      'log.dirs': '/data/storage',
    });
  });

  it('accept no connection from another machine', () => {
    const properties = parsed();
    const addresses = [
      ...(properties['listeners'] ?? '').split(','),
      ...(properties['advertised.listeners'] ?? '').split(','),
    ];
    expect(addresses).toEqual([
      'PLAINTEXT://127.0.0.1:19092',
      'CONTROLLER://127.0.0.1:19093',
      'PLAINTEXT://127.0.0.1:19092',
    ]);
  });

  it('need no second node for anything that Kafka keeps several copies of by default', () => {
    const copies = Object.entries(parsed()).filter(([name]) =>
      /replication\.factor|isr$/.test(name),
    );
    expect(copies.length).toBeGreaterThanOrEqual(6);
    for (const [name, value] of copies) expect([name, value]).toEqual([name, '1']);
  });

  it('make no topic that was only misspelt', () => {
    expect(parsed()['auto.create.topics.enable']).toBe('false');
  });

  it('give way to those of the caller, and keep the others', () => {
    const own = { 'num.partitions': 12, 'auto.create.topics.enable': true, 'message.max.bytes': 7 };
    const properties = parsed(own);
    expect(properties).toMatchObject({
      'num.partitions': '12',
      'auto.create.topics.enable': 'true',
      'message.max.bytes': '7',
    });
    expect(Object.keys(properties)).toEqual([...Object.keys(parsed()), 'message.max.bytes']);
  });

  it('keep backslashes, which begin an escape in such a file', () => {
    expect(parsed({}, 'C:\\data\\kafka')['log.dirs']).toBe('C:\\\\data\\\\kafka');
  });
});
