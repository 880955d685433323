export type Target = 'node' | 'workerd';

/** Where the gateway of this test run lives: chosen by the vitest configuration, see CONTRIBUTING.md. */
export const target: Target = process.env['LEVIGATE_TEST_TARGET'] === 'workerd' ? 'workerd' : 'node';
