import type { Program } from './parseModule.js';

/** A place where a text mentions one of the names that were looked for, and no declaration inside of the text takes the name. */
export interface Reference {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /**
   * How the name is used: `called` as the function of a call or the tag of a template, `shorthand` as a property `{ name }`, or as any
   * other expression.
   */
  readonly use: 'called' | 'shorthand' | 'plain';
  /** It begins a statement, before which the source may lack a semicolon. */
  readonly beginsStatement: boolean;
}

/** What the linker must know about the code of a module. */
export interface CodeFacts {
  readonly references: readonly Reference[];
  /** Whether it awaits at its top level. */
  readonly isAsync: boolean;
  /** Whether it calls `eval` directly: then a text that is known only at run time may mention any name. */
  readonly hasEval: boolean;
  /** Statements that export names and declare none. */
  readonly exportLists: readonly { readonly start: number; readonly end: number }[];
}

/** Finds where a module mentions names that it imports. `arguments` is such a name too: at the top level of a module it means a global. */
export function findReferences(program: Program, names: ReadonlySet<string>): CodeFacts {
  return new ReferenceScan(names).run(program);
}

interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

interface Scope {
  /** Those of the wanted names that are declared here. */
  readonly declared: Set<string>;
  readonly parent: Scope | undefined;
  /** Where a `var` in it is declared. Undefined: in the scope itself. */
  readonly varScope: Scope | undefined;
  readonly isInFunction: boolean;
}

/** A walk over all nodes, without recursion: a sum of some thousand parts nests as deep. */
class ReferenceScan {
  readonly #waiting: { readonly node: SyntaxNode; readonly scope: Scope }[] = [];
  /** Resolved at the end, when all declarations are known: a `var` or function counts from the start of its scope. */
  readonly #mentions: { readonly reference: Reference; readonly scope: Scope }[] = [];
  readonly #statementStarts = new Set<number>();
  readonly #exportLists: { readonly start: number; readonly end: number }[] = [];
  #isAsync = false;
  #hasEval = false;

  constructor(readonly names: ReadonlySet<string>) {}

  run(program: Program): CodeFacts {
    const top: Scope = {
      declared: new Set(),
      parent: undefined,
      varScope: undefined,
      isInFunction: false,
    };
    this.#pushAll(program.body, top, 'statements');
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) {
      this.#visit(next.node, next.scope);
    }
    const references = this.#mentions.flatMap(({ reference, scope }) => {
      if (isDeclared(reference.name, scope)) return [];
      const beginsStatement = this.#statementStarts.has(reference.start);
      return [{ ...reference, beginsStatement }];
    });
    return {
      references,
      isAsync: this.#isAsync,
      hasEval: this.#hasEval,
      exportLists: this.#exportLists,
    };
  }

  #visit(node: SyntaxNode, scope: Scope): void {
    switch (node.type) {
      case 'Identifier':
        this.#mention(node, scope, 'plain');
        return;
      case 'ImportDeclaration':
      case 'MetaProperty':
      case 'BreakStatement':
      case 'ContinueStatement':
        return;
      case 'ExportAllDeclaration':
        this.#exportLists.push(node);
        return;
      case 'ExportNamedDeclaration':
        if (isNode(node.declaration)) this.#push(node.declaration, scope);
        else this.#exportLists.push(node);
        return;
      case 'MemberExpression':
        this.#push(node.object, scope);
        if (node.computed === true) this.#push(node.property, scope);
        return;
      case 'Property':
        this.#property(node, scope);
        return;
      case 'MethodDefinition':
      case 'PropertyDefinition':
      case 'AccessorProperty':
        if (node.computed === true) this.#push(node.key, scope);
        this.#pushAll(node.decorators, scope);
        this.#push(node.value, scope);
        return;
      case 'LabeledStatement':
        this.#push(node.body, scope);
        return;
      case 'VariableDeclaration':
        this.#variables(node, scope);
        return;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.#function(node, scope);
        return;
      case 'ClassDeclaration':
      case 'ClassExpression':
        this.#class(node, scope);
        return;
      case 'StaticBlock':
        this.#pushAll(node.body, functionScope(scope), 'statements');
        return;
      case 'BlockStatement':
        this.#pushAll(node.body, blockScope(scope), 'statements');
        return;
      case 'SwitchStatement':
        this.#push(node.discriminant, scope);
        this.#pushAll(node.cases, blockScope(scope));
        return;
      case 'SwitchCase':
        this.#push(node.test, scope);
        this.#pushAll(node.consequent, scope, 'statements');
        return;
      case 'CatchClause': {
        const inner = blockScope(scope);
        this.#declare(node.param, inner, inner);
        this.#push(node.body, inner);
        return;
      }
      case 'CallExpression':
      case 'TaggedTemplateExpression':
        this.#call(node, scope);
        return;
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
        if (node.await === true && !scope.isInFunction) this.#isAsync = true;
        this.#children(node, blockScope(scope));
        return;
      case 'AwaitExpression':
        if (!scope.isInFunction) this.#isAsync = true;
        this.#children(node, scope);
        return;
      default:
        this.#children(node, scope);
        return;
    }
  }

  #mention(node: SyntaxNode, scope: Scope, use: Reference['use']): void {
    const { name, start, end } = node;
    if (typeof name !== 'string' || !this.names.has(name)) return;
    this.#mentions.push({ reference: { name, start, end, use, beginsStatement: false }, scope });
  }

  #property(node: SyntaxNode, scope: Scope): void {
    if (node.computed === true) this.#push(node.key, scope);
    if (node.shorthand !== true || !isNode(node.value)) {
      this.#push(node.value, scope);
      return;
    }
    // `{ a }`, or `{ a = 1 }` as the target of an assignment.
    const { value } = node;
    if (value.type === 'Identifier') {
      this.#mention(value, scope, 'shorthand');
      return;
    }
    if (isNode(value.left)) this.#mention(value.left, scope, 'shorthand');
    this.#push(value.right, scope);
  }

  #variables(node: SyntaxNode, scope: Scope): void {
    if (node.kind === 'await using' && !scope.isInFunction) this.#isAsync = true;
    const target = node.kind === 'var' ? (scope.varScope ?? scope) : scope;
    for (const declarator of nodesIn(node.declarations)) {
      this.#declare(declarator.id, target, scope);
      this.#push(declarator.init, scope);
    }
  }

  #function(node: SyntaxNode, scope: Scope): void {
    const isDeclaration = node.type === 'FunctionDeclaration';
    const outer = isDeclaration ? scope : blockScope(scope);
    this.#declare(node.id, outer, outer);
    // The parameters have a scope of their own: their default values do not see the variables of the body.
    const inner = functionScope(outer);
    if (node.type !== 'ArrowFunctionExpression') inner.declared.add('arguments');
    for (const parameter of nodesIn(node.params)) this.#declare(parameter, inner, inner);
    if (!isNode(node.body)) return;
    if (node.body.type !== 'BlockStatement') {
      this.#push(node.body, inner);
      return;
    }
    this.#pushAll(node.body.body, functionScope(inner), 'statements');
  }

  #class(node: SyntaxNode, scope: Scope): void {
    if (node.type === 'ClassDeclaration') this.#declare(node.id, scope, scope);
    const inner = blockScope(scope);
    this.#declare(node.id, inner, inner);
    this.#pushAll(node.decorators, scope);
    this.#push(node.superClass, inner);
    this.#push(node.body, inner);
  }

  /** The function of a call gets no `this`, also when its name becomes a property. */
  #call(node: SyntaxNode, scope: Scope): void {
    const called = withoutParentheses(node.type === 'CallExpression' ? node.callee : node.tag);
    if (called?.type === 'Identifier') {
      this.#mention(called, scope, 'called');
      if (called.name === 'eval') this.#hasEval = true;
    } else this.#push(called, scope);
    this.#pushAll(node.arguments, scope);
    this.#push(node.quasi, scope);
  }

  /** Declares the names of a pattern. Its default values and computed keys are expressions. */
  #declare(pattern: unknown, target: Scope, scope: Scope): void {
    if (!isNode(pattern)) return;
    switch (pattern.type) {
      case 'Identifier':
        if (typeof pattern.name === 'string' && this.names.has(pattern.name)) {
          target.declared.add(pattern.name);
        }
        return;
      case 'AssignmentPattern':
        this.#declare(pattern.left, target, scope);
        this.#push(pattern.right, scope);
        return;
      case 'RestElement':
        this.#declare(pattern.argument, target, scope);
        return;
      case 'ArrayPattern':
        for (const element of nodesIn(pattern.elements)) this.#declare(element, target, scope);
        return;
      case 'ObjectPattern':
        for (const property of nodesIn(pattern.properties)) {
          if (property.computed === true) this.#push(property.key, scope);
          this.#declare(
            property.type === 'RestElement' ? property.argument : property.value,
            target,
            scope,
          );
        }
        return;
      default:
        this.#push(pattern, scope);
        return;
    }
  }

  #children(node: SyntaxNode, scope: Scope): void {
    for (const child of Object.values(node)) {
      if (Array.isArray(child)) this.#pushAll(child, scope);
      else this.#push(child, scope);
    }
  }

  #pushAll(list: unknown, scope: Scope, kind?: 'statements'): void {
    for (const node of nodesIn(list)) {
      if (kind === 'statements' && node.type === 'ExpressionStatement') {
        this.#statementStarts.add(node.start);
      }
      this.#push(node, scope);
    }
  }

  #push(node: unknown, scope: Scope): void {
    if (isNode(node)) this.#waiting.push({ node, scope });
  }
}

function isDeclared(name: string, scope: Scope): boolean {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    if (at.declared.has(name)) return true;
  }
  return false;
}

function blockScope(parent: Scope): Scope {
  const varScope = parent.varScope ?? parent;
  return { declared: new Set(), parent, varScope, isInFunction: parent.isInFunction };
}

function functionScope(parent: Scope): Scope {
  return { declared: new Set(), parent, varScope: undefined, isInFunction: true };
}

function withoutParentheses(node: unknown): SyntaxNode | undefined {
  let inner = node;
  while (isNode(inner) && inner.type === 'ParenthesizedExpression') inner = inner.expression;
  return isNode(inner) ? inner : undefined;
}

function nodesIn(list: unknown): readonly SyntaxNode[] {
  return Array.isArray(list) ? list.filter(isNode) : [];
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}
