import rxjs from 'eslint-plugin-rxjs-x';
import tseslint from 'typescript-eslint';

const ports = 'time and randomness come through the scheduler and random options';

/** Calls that would take a run out of virtual time. */
const outsideThePorts = [
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'].map((name) => ({
    selector: `CallExpression[callee.name='${name}']`,
    message: `${name}: ${ports}.`,
  })),
  ...[
    ['Date', 'now'],
    ['performance', 'now'],
    ['Math', 'random'],
  ].map(([object, property]) => ({
    selector: `MemberExpression[object.name='${object}'][property.name='${property}']`,
    message: `${object}.${property}: ${ports}.`,
  })),
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: `new Date(): ${ports}.`,
  },
];

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'lib/**',
      'node_modules/**',
      'coverage/**',
      'reports/**',
      'test/fixtures/**',
      'bench/traces/**',
      '.stryker-tmp/**',
    ],
  },
  {
    files: ['src/**/*.ts'],
    extends: [
      tseslint.configs.strictTypeChecked,
      tseslint.configs.stylisticTypeChecked,
      rxjs.configs.recommended,
    ],
    languageOptions: {
      // Named, for the project service would read the tests too: an eighth of the time of all.
      parserOptions: {
        project: ['tsconfig.build.json', 'src/dashboard/page/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      'no-restricted-syntax': ['error', ...outsideThePorts],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-empty-object-type': [
        'error',
        { allowInterfaces: 'with-single-extends' },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // A ReloadError is a value, also on the error channel: retryIf and classify read its tag.
      'rxjs-x/throw-error': 'off',
      'rxjs-x/prefer-observer': 'off',
      'rxjs-x/no-ignored-error': 'off',
    },
  },
  {
    // The adapters: the one place where the ports meet the machine. A line elsewhere is an error. The page runs in a browser.
    files: ['src/**/adapters/*.ts', 'src/cli/**/*.ts', 'src/dashboard/page/*.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['test/**/*.ts', 'marble-tests/**/*.ts'],
    extends: [tseslint.configs.recommended],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    // There a name stands for its type alone.
    files: ['test/types/**/*.ts'],
    rules: { '@typescript-eslint/no-unused-vars': 'off' },
  },
);
