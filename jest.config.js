const transform = {
  '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } }],
}

/** Rooms of tests; `scripts/test.ts` chooses among them and starts the servers that they need. */
export default {
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: 'node',
  transform,
  transformIgnorePatterns: ['/node_modules/'],
  testMatch: ['<rootDir>/test/**/*.spec.ts'],
  testTimeout: 120_000,
  // What a spec file loaded stays in its worker: after some dozens of them collecting garbage is most of the work.
  workerIdleMemoryLimit: '1500MB',
  testSequencer: '<rootDir>/scripts/longest-first.js',
  injectGlobals: false,
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
}
