import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      '**/dist',
      'node_modules',
      'artifacts',
      'cache',
      '.dependency-cruiser.cjs',
      'lib/pipe/templates',
    ],
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // Numbers and booleans read well in messages and ids.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // Tensor loops index typed arrays whose bounds the loop itself sets.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    // The door to the disk waits for no pipe and reads no device; what comes with the program is read as it lies.
    files: ['lib/pipe/{cli,code,files,remote,run,ui,upkeep}/**/*.ts'],
    ignores: ['lib/pipe/{cli/templates,cli/version,code/own-modules,ui/page-file}.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'node:fs',
              importNames: ['readFileSync', 'openSync'],
              message: 'import it from store/disk.ts',
            },
          ],
        },
      ],
    },
  },
  {
    // What happens at a click reads well on one line.
    files: ['**/*.tsx'],
    rules: { '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }] },
  },
);
