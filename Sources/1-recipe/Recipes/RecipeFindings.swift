// The rules about recipes. Each is declared beside the check that finds it broken.

package import Diagnostics

package enum RecipeFindings {
    package static let all: [FindingRule] = [
        .ambiguousScalar, .unknownKey, .missingKey, .badValue, .repeatedValue, .badName, .badTemplate, .badOverride,
        .conflictingKeys, .danglingName, .duplicateName, .likeCycle, .cycle, .missingFile, .overwritesInput,
        .notAFile, .notWritable, .keyNotAllowed, .sampleMismatch, .missingInclude, .includeConflict, .includeCycle,
        .groupsSplit, .oneFold, .oneTable, .someFolds, .laterFolds, .metricMismatch, .targetMismatch, .noOutOfFold,
        .labelLeak, .unknownFamily, .unprovenFamily, .optimizedTwice,
        .missingConstraint,
        .fullFitWithPseudoLabels, .noEmbedding, .noTeacher, .ensembleSize, .scratchConflict, .lengthsAboveContext,
        .unusedColumn,
        .unusedModel, .unusedInput, .unusedOutput, .unevenZip, .tooManyVariants, .tooManySteps, .confounded,
    ]
}
