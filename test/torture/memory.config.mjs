import config from '../../jest.config.mjs';

// The long watch over memory is no part of `npm test`: `npm run torture` runs it by this.
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
