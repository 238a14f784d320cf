package dev.quiesce.ops;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The house rules of the command line. */
@AnalyzeClasses(packages = "dev.quiesce.ops", importOptions = ImportOption.DoNotIncludeTests.class)
class OpsArchitectureTest {
    @ArchTest
    static final ArchRule ops_knowsNoModuleButCore = noClasses()
            .that()
            .resideInAPackage("dev.quiesce.ops..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.quiesce.db..", "dev.quiesce.realtime..", "dev.quiesce.session..", "dev.quiesce.web..");

    @ArchTest
    static final ArchRule packages_haveNoCycles =
            slices().matching("dev.quiesce.ops.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule names_areNotUtilNorImpl = noClasses().should().haveNameMatching(".*(Util|Utils|Impl|Helper)");

    @ArchTest
    static final ArchRule publicClasses_areFinal =
            classes().that().arePublic().and().areNotInterfaces().should().haveModifier(JavaModifier.FINAL);
}
