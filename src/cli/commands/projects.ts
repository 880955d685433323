import type { Command } from 'commander';
import { connect } from '../connect.ts';
import { formatTime } from '../format-time.ts';
import { addProjectLimitOptions, changeLimits, formatLimits } from '../limit-options.ts';
import { assertNoArguments } from '../parse-arguments.ts';
import { formatColumns } from '../report-table.ts';

/** For who runs the installation. */
export function addProjectCommands(program: Command): void {
  const projects = program.command('projects').description('projects of the installation and what each may use');

  projects
    .command('list', { isDefault: true })
    .description('the newest projects')
    .allowExcessArguments()
    .action(async (_options: object, command: Command) => {
      assertNoArguments(command);
      const { data } = await connect(command).admin.projects.list();
      const rows = data.map(({ id, created_at: createdAt, name, limits }) => [
        id,
        formatTime(createdAt),
        name,
        formatLimits(limits),
      ]);
      console.log(formatColumns([['id', 'created', 'name', 'limits'], ...rows]));
    });

  addProjectLimitOptions(projects.command('create'))
    .description('make a project and print its first key')
    .argument('<name>')
    .action(async (name: string, options: Record<string, unknown>, command: Command) => {
      const limits = changeLimits(null, options) ?? undefined;
      const project = await connect(command).admin.projects.create({ name, limits });
      console.log(`${project.api_key.secret}\n(shown this once; of ${project.id}, ${formatLimits(project.limits)})`);
    });

  addProjectLimitOptions(projects.command('limits'))
    .description("a project's limits; options change them")
    .argument('<id>')
    .action(async (id: string, options: Record<string, unknown>, command: Command) => {
      const { projects: api } = connect(command).admin;
      const { limits } = await api.retrieve(id);
      if (Object.keys(options).length === 0) return console.log(formatLimits(limits));
      const changed = await api.update(id, { limits: changeLimits(limits, options) });
      console.log(formatLimits(changed.limits));
    });
}
