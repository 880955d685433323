import { join, relative } from 'node:path';
import { SyntaxKind } from 'typescript/unstable/ast';
import type { Node, SourceFile } from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';

export interface Source {
  /** Relative to the repository. */
  readonly path: string;
  readonly lines: readonly string[];
  /** Lines of every function whose body is a block; an arrow with one expression is none. */
  readonly functions: readonly FunctionSize[];
  /** Files of the repository that it imports. */
  readonly imports: readonly string[];
  /** `any`, `as` (but `as const`) and `!`. */
  readonly escapes: Readonly<Record<Escape, number>>;
}

export interface FunctionSize {
  readonly name: string;
  readonly lines: number;
}

export type Escape = 'any' | 'as' | '!';

const PROJECTS = ['tsconfig.json', 'tsconfig.worker.json'] as const;
const PRODUCT = /^(?:src|functions|gpu-worker\/src)\//;

/** Every source file of the product, as TypeScript's own compiler reads it. */
export function readSources(root: string): readonly Source[] {
  const api = new API({ cwd: root });
  try {
    const found = new Map<string, Source>();
    for (const project of PROJECTS) {
      const configFile = join(root, project);
      const opened = api.updateSnapshot({ openProjects: [configFile] }).getProject(configFile);
      if (!opened) throw new Error(`${configFile} could not be opened`);
      for (const file of opened.rootFiles) {
        const path = relative(root, file);
        const parsed = PRODUCT.test(path) && !found.has(path) ? opened.program.getSourceFile(file) : undefined;
        if (parsed && !path.endsWith('.d.ts')) found.set(path, readSource(path, parsed));
      }
    }
    return [...found.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
  } finally {
    api.close();
  }
}

function readSource(path: string, file: SourceFile): Source {
  const functions: FunctionSize[] = [];
  const escapes = { any: 0, as: 0, '!': 0 };
  const imports = new Set<string>();
  const visit = (node: Node): void => {
    const escape = ESCAPES[node.kind];
    if (escape !== undefined && !isConstAssertion(node, file)) escapes[escape] += 1;
    if (FUNCTIONS.has(node.kind) && hasBlock(node))
      functions.push({ name: nameOf(node, file), lines: linesOf(node, file) });
    if (IMPORTS.has(node.kind)) for (const target of importsOf(node, path)) imports.add(target);
    node.forEachChild(visit);
  };
  visit(file);
  return { path, lines: file.text.trimEnd().split('\n'), functions, imports: [...imports], escapes };
}

const ESCAPES: Readonly<Partial<Record<SyntaxKind, Escape>>> = {
  [SyntaxKind.AnyKeyword]: 'any',
  [SyntaxKind.AsExpression]: 'as',
  [SyntaxKind.NonNullExpression]: '!',
};

const FUNCTIONS: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.FunctionExpression,
  SyntaxKind.ArrowFunction,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.Constructor,
  SyntaxKind.GetAccessor,
  SyntaxKind.SetAccessor,
]);

const IMPORTS: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.ImportDeclaration,
  SyntaxKind.ExportDeclaration,
  SyntaxKind.CallExpression,
]);

const isConstAssertion = (node: Node, file: SourceFile): boolean => /\bas const$/.test(node.getText(file));

function hasBlock(node: Node): boolean {
  let found = false;
  node.forEachChild((child) => {
    found ||= child.kind === SyntaxKind.Block;
  });
  return found;
}

const linesOf = (node: Node, file: SourceFile): number => node.getText(file).split('\n').length;

/** Its own name, or that of the constant or the field that holds it. */
function nameOf(node: Node, file: SourceFile): string {
  const named = /^(?:export |default |async |static |readonly |private |get |set )*(?:function\*? *)?([\w$]+)/.exec(
    (FUNCTION_VALUES.has(node.kind) ? node.parent : node).getText(file).replace(/^(?:const|let) /, ''),
  );
  return named?.[1] ?? 'anonymous';
}

const FUNCTION_VALUES: ReadonlySet<SyntaxKind> = new Set([SyntaxKind.ArrowFunction, SyntaxKind.FunctionExpression]);

/** The module named by an import, a re-export or `import()`, where it is a file of ours. */
function importsOf(node: Node, path: string): readonly string[] {
  const text = node.getText();
  const isCall = node.kind === SyntaxKind.CallExpression;
  const specifier = isCall
    ? /^import\(\s*'(\.[^']+)'/.exec(text)?.[1]
    : /from\s*'(\.[^']+)'$/.exec(text.replace(/;$/, ''))?.[1];
  return specifier === undefined ? [] : [join(path, '..', specifier)];
}
