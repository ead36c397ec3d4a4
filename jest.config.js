/** Rooms of tests; `scripts/test.ts` chooses among them and starts the servers that they need. */
export default {
  // In plain Node, which runs TypeScript as it is; a module that one spec file has loaded need not be loaded for the next.
  runner: 'jest-light-runner',
  testMatch: ['<rootDir>/test/**/*.spec.ts'],
  testSequencer: '<rootDir>/scripts/longest-first.js',
  transform: {},
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
}
