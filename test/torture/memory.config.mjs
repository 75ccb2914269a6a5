import config from '../../jest.config.mjs';

// The long memory test is not part of `npm test`; `npm run torture` runs it with this configuration.
const { globalSetup, globalTeardown, ...e2e } = config.projects.find(
  ({ displayName }) => displayName === 'e2e',
);

export default {
  ...e2e,
  displayName: 'memory',
  rootDir: '../..',
  reporters: config.reporters,
  testMatch: ['<rootDir>/test/torture/*.torture.ts'],
};
