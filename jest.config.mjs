/** Tests lie beside what they test. Suites that start servers are *.e2e.test.ts. */
export default {
  testEnvironment: "node",
  testMatch: ["**/*.test.ts"],
  testSequencer: "<rootDir>/cli/dev/sequencer.mjs",
  modulePathIgnorePatterns: [
    "<rootDir>/.data",
    "<rootDir>/.cache",
    "<rootDir>/api/client/dist",
    "<rootDir>/contracts/out",
    "<rootDir>/subgraph/build",
    "<rootDir>/subgraph/prebuilt",
  ],
  setupFiles: ["reflect-metadata"],
  extensionsToTreatAsEsm: [".ts"],
  testTimeout: 120_000,
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      {
        jsc: {
          target: "es2022",
          keepClassNames: true,
          parser: { syntax: "typescript", decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: false, useDefineForClassFields: false },
        },
        module: { type: "es6" },
        sourceMaps: "inline",
      },
    ],
  },
};
