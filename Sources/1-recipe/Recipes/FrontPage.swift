// The front page of the module.
//
// Recipes turns a located tree into a typed recipe that has passed every check, or into all findings at once. A key
// is declared once, with shape, default and sentence; decoding, findings, resolved values and the JSON Schema come
// from that one declaration. The site file is declared here too.
//
// It does not know steps, keys, the store or what is in a table. It opens no file: what is there, and whether two files are
// the same, it asks functions that the caller gives it (`Surroundings`). Nothing of the site reaches a recipe.
//
// It may import Nodes, Targets, Formats, Scores (for the names of metrics), Diagnostics, Words and Digests. Plans, Steps, Logbooks, CommandLine and generate use it.
//
//     Sections/Recipe                                        read this first; beside it, a file for each section
//     Declarations/                                          what a key is: shapes, decoding, schema
//     Composition/RecipeLoader                               parse, --set, like, decode, variants, cross-checks
//     Composition/SettingPath                                the path of a value, read and written in one place
//     Composition/PlanSize                                   how many steps a recipe asks for, before any is made
//     RecipeFindings                                         the rules that a recipe can break, each declared beside its check
//     RecipeSchema                                           the schema that editors read
//
// The rest, each of which says in its first line what it is:
//
//     Composition/         CommandReadings, ImportedModules, ValuesInForce, Inclusion, Inheritance, Override, TablePatterns,
//                          VariantDimension, VariantExpansion
//     Composition/Checks/  CrossChecks, which lists them; AnnotationChecks, ExtractorChecks, KeyVariables
//     .../Checks/Data/     ColumnChecks, FileChecks, FoldChecks, GroupChecks, MetricChecks, SampleChecks, SourceChecks, SubmissionChecks,
//                          TargetChecks, TemplateChecks, WritableChecks
//     .../Checks/Lints/    Lints, which lists them: ConfoundedSettings, ContextLengths, EnsembleSizes, UnusedModels
//     .../Checks/Models/   BackboneChecks, FamilyChecks, ModelChecks, OptionChecks, ProgramChecks, PseudoLabelChecks,
//                          RoundChecks, TrainingChecks
//     .../Checks/Names/    ReferenceChecks, ReferenceGraph
//     .../Checks/Stack/    AverageChecks, CoverageChecks, LearnerChecks, OptimizationChecks, PredictionSources, StackChecks
//     .../Checks/Steps/    ArgumentPaths, CommandFiles, CustomStepChecks, ShellWords, TableMentions
//     Declarations/        Alternative, CollectionShapes, Declaration, Key, MetricShape, PlainNode, Reading,
//                          ScalarShapes, ValueShape
//     Sections/            Ablation, Annotation, Chat, CustomStep, DataSection, Exploration, Extractor, FoldSection,
//                          PseudoLabels, RecipeMetric, Site, Submission, Template, TrainingTable
//     Sections/Models/     Model, and a file for each of its kinds and of what a FineTune is made of
//     Sections/Stack/      StackEntry, and a file for each of its kinds
