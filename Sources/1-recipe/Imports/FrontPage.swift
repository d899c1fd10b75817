// The front page of the module.
//
// Imports turns configs of other fine-tuning tools into one recipe and one report. Configs that differ in seed, fold file
// or backbone alone, which those tools cannot say in one file, become seeds, folds and models. The report accounts for
// every key of every file: mapped, implied, not applicable or unknown. Nothing is dropped in silence. Where there is a table and
// no config, it proposes which column is what, and a first recipe over them.
//
// It does not know the engine: a recipe is text here, and whether it is a good one, Recipes says when it reads it. It
// does not know the tables that a config names either. It opens no file: texts come in with their names, a text goes out.
//
// It may import Nodes, Formats, Diagnostics, Words and Digests. CommandLine uses it.
//
//     RecipeImport                                           read this first: from configs to recipe and report
//     Tool                                                   the tools, and how their files are told apart
//     ConfigFile, Config                                     the keys of a file with their places; one being read
//     Rules/                                                 for each tool a table: what becomes of each key
//     Merging/                                               many configs to one set of models
//     Tables/                                                a table's head read, its columns proposed, a first recipe
//     RecipePaths, Literal, RecipeText                       the recipe as a person would write it
//     Report                                                 what became of each key, as text and as JSON
//
// The rest, each of which says in its first line what it is:
//
//     (here)               Draft, ImportFindings, Rule
//     Merging/             Experiment, FoldName, Group, Merger, ModelNames, TableMerger
//     Tables/              RecipeTemplate, ProposedData; TableReading, TableColumn; TableProposal, RowRoles, TargetChoice,
//                          TargetReading
//     Rules/               AxolotlRules, Generation, H2OData, H2ORules, H2OTraining, LlamaFactoryRules,
//                          SharedMeanings
