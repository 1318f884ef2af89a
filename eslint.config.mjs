import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['dist/', 'build/', 'node_modules/', 'coverage/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Numbers and booleans read well inside a message.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // `while (true)` and `for (;;)` are how a stream that never ends is written.
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'always' }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    // What stands in for the outside, what is read before the program begins, and the standard streams.
    ignores: [
      'src/durable/**',
      'src/simulator/**',
      'src/demo/**',
      'src/version.ts',
      'src/main.ts',
      'src/commands/safe-printer.ts',
    ],
    rules: {
      'no-restricted-imports': [
        'error',
        ...['node:fs', 'node:fs/promises', 'fs', 'fs/promises'].map((name) => ({
          name,
          message: 'Import it from durable/files.js, so that a test can have it fail.',
        })),
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/main.ts', 'src/clock.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Ask the Clock what time it is.' },
        { object: 'Math', property: 'random', message: 'Chance is an argument, so that tests can assert numbers.' },
        { object: 'process', property: 'exit', message: 'Return an exit code; only main.ts ends the process.' },
      ],
      'no-restricted-globals': ['error', { name: 'process', message: 'What the outside decides is an argument.' }],
    },
  },
)
