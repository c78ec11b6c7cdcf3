/** What is used of jasmine-core, whose own types declare its globals for all files. */
declare module 'jasmine-core/lib/jasmine-core/jasmine.js' {
  interface Environment {
    configure(options: { readonly random: boolean }): void;
    addReporter(reporter: object): void;
    execute(): void;
  }
  interface Jasmine {
    getEnv(): Environment;
  }
  const jasmineRequire: {
    core(required: unknown): Jasmine;
    interface(jasmine: Jasmine, environment: Environment): object;
  };
  export default jasmineRequire;
}

declare module 'tested';
