import js from "@eslint/js";
import jest from "eslint-plugin-jest";
import tseslint from "typescript-eslint";

const decoratorsNeedTypes = {
  selector:
    "Decorator > CallExpression[callee.name=/^(Field|Query|Mutation|Subscription|FieldResolver)$/]:not(:has(> ArrowFunctionExpression.arguments:first-child))",
  message: "Give the type explicitly, e.g. @Field(() => String): decorator metadata is off.",
};

export default tseslint.config(
  {
    ignores: [
      "node_modules/",
      ".data/",
      ".cache/",
      "contracts/out*/",
      "contracts/cache*/",
      "contracts/abi/",
      "subgraph/src/",
      "subgraph/build/",
      "subgraph/prebuilt/",
      "**/testdata/**/src/",
      "api/client/dist/",
      "api/client/src/generated/",
      "**/testdata/**/build/",
    ],
  },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
  },
  {
    files: ["**/*.ts"],
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "max-lines": ["error", { max: 400 }],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "no-console": "error",
      "no-restricted-syntax": ["error", decoratorsNeedTypes],
      eqeqeq: "error",
    },
  },
  {
    files: ["**/*.test.ts"],
    ...jest.configs["flat/recommended"],
    rules: {
      ...jest.configs["flat/recommended"].rules,
      "max-lines-per-function": "off",
      "@typescript-eslint/no-unsafe-assignment": "off", // expect's matchers are untyped
      "jest/expect-expect": ["error", { assertFunctionNames: ["expect", "expect*", "fc.assert"] }],
    },
  },
  {
    files: ["**/*.{mjs,cjs}"],
    languageOptions: {
      globals: {
        process: "readonly",
        console: "readonly",
        Buffer: "readonly",
        URL: "readonly",
        require: "readonly",
        module: "writable",
      },
    },
  },
);
