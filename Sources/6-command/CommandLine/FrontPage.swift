// The front page of the module.
//
// CommandLine is what a person meets: verbs, options, exit codes, progress, and where text goes. Results go to
// standard output, everything else to standard error.
//
// It does not know how anything is done: a verb reads its arguments, asks the modules below, and puts the answer into
// words. A rule about recipes, keys or records that stands here stands in the wrong place.
//
// It may import every module but CLibYAML, and ArgumentParser. The executable `ablate` uses it, and nothing else does.
//
//     Ablate                                                 the verbs
//     Commands/                                              read RunCommand first; a file for each verb
//     Workspace                                              recipe, site, store, plan and forecast, for every verb
//     ProjectFiles                                           what a recipe reads, and what may be delivered around it
//     Unchanged                                              a run with nothing to do, told from time stamps
//     ProvenRecipe                                           a recipe's text that broke no rule, told from its digest
//     RecipeSurroundings                                     what a recipe is told of the files around it
//     RecipeOptions, Console, ExitStatus, Files              what verbs share
//     Progress/                                              a run on a terminal, in a log, as NDJSON, or silent
//
// The rest, each of which says in its first line what it is:
//
//     (here)               BackboneContext, ComparedRecipe, DependencyRecorder, Lasting, LiveLogbook, RunName,
//                          RunStatus, SelectionOptions, Warnings
//     Commands/            AcceptCommand, CheckCommand, DoctorCommand, ExportOptions, ImportCommand, InitCommand,
//                          OptimizeCommand, PlanCommand, PredictionsOptions, SchemaCommand, ShowCommand, StatusCommand, WhyCommand
//     Commands/Diff/       DiffCommand, DiffDocument
//     Commands/Logbook/    LogbookCommand, LogbookExports, LogbookFiles, NoteCommand, ServingOptions
//     Commands/Store/      StoreCommand, StoreKeepingCommands
//     Progress/            JSONProgress, LiveStatus, Patience, PlainProgress, ProgressReporter, ProgressState,
//                          TerminalProgress
