import { ConfigurationError } from '#platform/process';
import { pointsSender, readStackConfig } from './stack-config.js';

describe('The configuration of the local stack', () => {
  it('needs no variable', () => {
    expect(readStackConfig({})).toMatchObject({
      apiPort: undefined,
      kafkaBrokers: undefined,
      demo: true,
      apps: ['projector', 'api', 'intake', 'sweeper'],
      policyChanges: {},
    });
  });

  it('treats an empty variable as unset, but an empty APPS as no app', () => {
    const config = readStackConfig({ KAFKA_PORT: '', DEMO: '', APPS: '' });
    expect(config).toMatchObject({ kafkaPort: undefined, demo: true, apps: [] });
  });

  it('defines the sender of commands to other servers', () => {
    expect(pointsSender({})).toBeUndefined();
    expect(pointsSender({ POINTS_SOURCE: '/tts', POINTS_KEY: '' })).toEqual({
      source: '/tts',
      key: null,
    });
    const env = { POINTS_SOURCE: '/tts', POINTS_KEY_ID: 'k', POINTS_KEY: 's' };
    expect(pointsSender(env)?.key).toEqual({ id: 'k', secret: 's' });
    expect(() => pointsSender({ ...env, POINTS_KEY_ID: '' })).toThrow(/POINTS_KEY_ID/);
    expect(() => pointsSender({ POINTS_KEY: 's' })).toThrow(/POINTS_SOURCE/);
  });

  it('names every invalid variable', () => {
    const bad = { API_PORT: '70000', DEMO: 'yes', APPS: 'api,nothing', LEDGER_POLICY: '{' };
    expect(() => readStackConfig(bad)).toThrow(ConfigurationError);
    expect(() => readStackConfig(bad)).toThrow(/API_PORT[^]*DEMO[^]*APPS[^]*LEDGER_POLICY/);
  });
});
