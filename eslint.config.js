import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import tseslint from 'typescript-eslint';
import svelteConfig from './src/renderer/svelte.config.js';

/** Randomness and clocks that would make a run unrepeatable; each names what to use instead. */
const bannedGlobals = [
  {
    object: 'Math',
    property: 'random',
    message: 'Every draw takes a seeded generator: use core/rng.ts, or a run cannot be repeated.',
  },
];

export default tseslint.config(
  { ignores: ['dist', 'build', 'demo', 'node_modules', 'out', '.cache'] },
  js.configs.recommended,
  {
    files: ['src/**/*.ts', 'packaging/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: [
          './src/*/tsconfig.json',
          './src/renderer/tsconfig.node.json',
          './src/engine/*/tsconfig.json',
          './packaging/tsconfig.json',
          './test/tsconfig.json',
          './bench/tsconfig.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      'no-restricted-properties': ['error', ...bannedGlobals],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    // Core runs in every process and every browser window: no host, no clock.
    files: ['src/core/**/*.ts', 'src/engine/model/**/*.ts', 'src/engine/objective/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'Date', message: 'A pure module reads no clock: take the time as an argument.' },
        { name: 'performance', message: 'A pure module reads no clock: take the time as an argument.' },
        { name: 'process', message: 'This room runs in browsers too: take what you need as an argument.' },
      ],
    },
  },
  {
    files: ['src/renderer/**/*.svelte'],
    extends: [...tseslint.configs.recommended, ...svelte.configs.recommended],
    languageOptions: { parserOptions: { parser: tseslint.parser, svelteConfig } },
    rules: {
      // The compiler and svelte-check know the window's globals and types; the linter does not.
      'no-undef': 'off',
      'prefer-const': 'off',
      'svelte/prefer-const': ['error', { destructuring: 'all' }],
      'no-restricted-properties': ['error', ...bannedGlobals],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['**/*.js', '**/*.cjs', '**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        require: 'readonly',
        module: 'readonly',
        __dirname: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
      },
    },
    rules: { 'no-restricted-properties': ['error', ...bannedGlobals] },
  },
);
