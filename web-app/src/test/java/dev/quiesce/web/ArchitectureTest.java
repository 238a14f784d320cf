package dev.quiesce.web;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import javax.sql.DataSource;

/** The arrows between the modules, and what each may use. */
@AnalyzeClasses(packages = "dev.quiesce", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule arrowsBetweenModules_runOneWay = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("core")
            .definedBy("dev.quiesce.lifecycle..")
            .layer("db")
            .definedBy("dev.quiesce.db..")
            .layer("realtime")
            .definedBy("dev.quiesce.realtime..")
            .layer("session")
            .definedBy("dev.quiesce.session..")
            .layer("web-app")
            .definedBy("dev.quiesce.web..")
            .whereLayer("web-app")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("db")
            .mayOnlyBeAccessedByLayers("web-app")
            .whereLayer("realtime")
            .mayOnlyBeAccessedByLayers("web-app")
            .whereLayer("session")
            .mayOnlyBeAccessedByLayers("web-app")
            .whereLayer("core")
            .mayOnlyBeAccessedByLayers("db", "realtime", "session", "web-app");

    @ArchTest
    static final ArchRule coreWithoutGuice_usesNothingButTheJdkAndSlf4j = noClasses()
            .that()
            .resideInAPackage("dev.quiesce.lifecycle")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages("dev.quiesce.lifecycle", "java..", "jdk.jfr..", "org.slf4j..", "org.jspecify..");

    @ArchTest
    static final ArchRule sample_isKnownToTheWiringOnly = noClasses()
            .that(resideInAnyPackage("dev.quiesce.web.board..", "dev.quiesce.web.drill..", "dev.quiesce.web.config.."))
            .should()
            .dependOnClassesThat(resideInAPackage("dev.quiesce.web"));

    @ArchTest
    static final ArchRule packages_haveNoCycles =
            slices().matching("dev.quiesce.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule logging_isSlf4j = noClasses()
            .that()
            .doNotHaveSimpleName("ConsoleLogging")
            .and()
            .doNotHaveSimpleName("LogLineLayout")
            .and()
            .areNotAssignableTo(DataSource.class) // whose interface names java.util.logging
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.util.logging..", "ch.qos.logback..", "org.apache..");

    @ArchTest
    static final ArchRule names_areNotUtilNorImpl = noClasses()
            .should()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Utils")
            .orShould()
            .haveSimpleNameEndingWith("Impl")
            .orShould()
            .haveSimpleNameEndingWith("Helper");

    @ArchTest
    static final ArchRule publicClasses_areFinal_orSealed = classes()
            .that()
            .arePublic()
            .and()
            .areNotInterfaces()
            .and(not(describe("sealed", type -> type.reflect().isSealed())))
            .should()
            .haveModifier(JavaModifier.FINAL);
}
