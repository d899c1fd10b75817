// The front page of the module.
//
// Plans compiles a recipe into steps: kinds, parameters and named inputs, each step once, after those it depends on.
// It says what goes into a key, and in which thing two manifests differ first.
//
// It does not know the store, the file system, the machine or time: a recipe compiles to the same plan anywhere.
// Whether a step has run is Forecasts' question, what a step does is that of Steps and of the worker.
//
// It may import Recipes, Nodes, Formats, Scores, Digests and Diagnostics. Forecasts, Schedules, Steps, Execution, Logbooks and
// CommandLine use it.
//
//     Step, Plan                                             read these first
//     TypedStep (with Parameter, Input, Artifact), StepKind  what a kind of step declares; all kinds
//     Kinds/                                                 a file for each kind: parameters, inputs, outputs, labels
//     Compiler, Planned                                      which step needs which; models and entries plan themselves
//     PlanBuilder                                            equal work is one step
//     Manifest, ManifestDifference                           what a key is made of, and why it changed
//     Lineage, Leaks                                         whose labels an output has seen, and where that spoils a score
//     WorkerTasks                                            what a worker is asked for outside any plan
//     Glob                                                   patterns over addresses
//
// The rest, each of which says in its first line what it is:
//
//     Compiling/           CommandSteps, Scoring, TextSteps
//     Compiling/Models/    BaselineSteps, FineTuneSteps, FittedModelSteps, ProgramSteps, PseudoLabelSteps
//     Compiling/Stack/     AverageSteps, LearnerSteps, OptimizationSteps
//     Labels/              FoldSet, PlanFindings
//     Kinds/Scoring/       EvaluateStep; before it, for metric files, SheetsStep and ScoreStep
//     Kinds/Programs/      RunsProgram, which the others share; CommandStep, PartStep, ProgramStep
//     Kinds/               AnnotateStep, AverageStep, ExploreStep, ExtractStep,
//                          FeaturesStep, FinetuneStep, FitStep, ForwardPass, IngestStep, JoinStep, OptimizeStep,
//                          PredictStep, PseudoLabelStep, SplitStep, StackStep, SubmissionStep, TokenizeStep
