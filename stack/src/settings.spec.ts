import { ConfigurationError } from '#runtime';
import { stackSettings } from './settings.js';

describe('The settings of the local stack', () => {
  it('need nothing to be set', () => {
    expect(stackSettings({})).toMatchObject({
      apiPort: undefined,
      kafkaBrokers: undefined,
      demo: true,
      apps: ['projector', 'api', 'intake', 'sweeper'],
    });
  });

  it('take an empty line for nothing said, but APPS for no app at all', () => {
    const settings = stackSettings({ KAFKA_PORT: '', DEMO: '', APPS: '' });
    expect(settings).toMatchObject({ kafkaPort: undefined, demo: true, apps: [] });
  });

  it('name every variable that is wrong', () => {
    const bad = { API_PORT: '70000', DEMO: 'yes', APPS: 'api,nothing' };
    expect(() => stackSettings(bad)).toThrow(ConfigurationError);
    expect(() => stackSettings(bad)).toThrow(/API_PORT[^]*DEMO[^]*APPS/);
  });
});
