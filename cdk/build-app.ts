import { App, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import type { Settings } from '../lib/lambda/settings.ts';
import { cdkContext } from './cdk-context.ts';
import { stageNames } from './stage-names.ts';
import { StatefulStack } from './stateful-stack.ts';
import { StatelessStack } from './stateless-stack.ts';

/** Options of an app. */
export interface AppOptions {
  /** The folder of the cloud assembly. */
  readonly outdir?: string;
  /** `false` omits the functions' code, which makes a synth several times faster. */
  readonly bundling?: boolean;
  /** The folder of the console's built page, if hosted. */
  readonly consoleFolder?: string;
}

/** An app with the context of cdk.json (feature flags, settings), even outside the `cdk` command. */
export function createApp({ outdir, bundling = true }: AppOptions = {}): App {
  return new App({
    ...(outdir !== undefined && { outdir }),
    context: {
      ...cdkContext(),
      // Set by the `cdk` command; set explicitly for templates produced without the command.
      'aws:cdk:enable-path-metadata': true,
      ...(!bundling && { 'aws:cdk:bundling-stacks': [] }),
    },
  });
}

/** Adds all stacks, and the checks of a synth. */
export function addStacks(app: App, settings: Settings, consoleFolder?: string): void {
  const { dataStack, syncStack } = stageNames(settings);
  const { table, changes } = new StatefulStack(app, dataStack, settings);
  new StatelessStack(app, syncStack, {
    settings,
    table,
    changes,
    ...(consoleFolder !== undefined && { consoleFolder }),
  });
  Tags.of(app).add('application', 'lockstep');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
}

/** The whole app in the present process; `synth()` on the result writes the assembly. */
export function buildApp(settings: Settings, options: AppOptions = {}): App {
  const app = createApp(options);
  addStacks(app, settings, options.consoleFolder);
  return app;
}
