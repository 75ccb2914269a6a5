import config from '../../jest.config.mjs';

// These tests take minutes and are not part of `npm test`; `npm run torture` runs them with this configuration.
const { globalSetup, globalTeardown, ...e2e } = config.projects.find(
  ({ displayName }) => displayName === 'e2e',
);

export default {
  ...e2e,
  displayName: 'torture',
  rootDir: '../..',
  reporters: config.reporters,
  testMatch: ['<rootDir>/test/torture/*.torture.ts'],
};
