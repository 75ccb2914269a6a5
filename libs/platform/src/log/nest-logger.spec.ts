import { logLines } from '../testing/log-lines.js';
import { NestLogger } from './nest-logger.js';

function open() {
  const { log, lines } = logLines('trace');
  return { nest: new NestLogger(log), lines };
}

describe('The log of Nest', () => {
  it.each([
    ['log', 'info'],
    ['error', 'error'],
    ['warn', 'warn'],
    ['debug', 'debug'],
    ['verbose', 'trace'],
    ['fatal', 'fatal'],
  ] as const)('has its %s lines at our level %s, with a constant message', (method, level) => {
    const { nest, lines } = open();
    nest[method]('Mapped {/v1, GET} route', 'RouterExplorer');
    expect(lines).toMatchObject([
      { level, msg: 'nest', text: 'Mapped {/v1, GET} route', context: 'RouterExplorer' },
    ]);
  });

  it('has no context where Nest gives none', () => {
    const { nest, lines } = open();
    nest.log('ready');
    expect(Object.keys(lines[0] ?? {})).not.toContain('context');
    expect(lines[0]).toMatchObject({ text: 'ready' });
  });

  it('tells a stack from a context', () => {
    const { nest, lines } = open();
    nest.error('failed', 'Error: failed\n    at there', 'ExceptionsHandler');
    expect(lines[0]).toMatchObject({
      text: 'failed',
      stack: 'Error: failed\n    at there',
      context: 'ExceptionsHandler',
    });
  });

  it('writes an error as every other error of ours', () => {
    const { nest, lines } = open();
    nest.error(new TypeError('not a function'), 'Scheduler');
    expect(lines[0]).toMatchObject({
      context: 'Scheduler',
      err: { type: 'TypeError', message: 'not a function' },
    });
    expect(lines[0]).not.toHaveProperty('text');
  });

  it('contains no password of an address in a message', () => {
    const { nest, lines } = open();
    nest.warn('cannot reach postgres://points:hunter2@db/points');
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });
});
