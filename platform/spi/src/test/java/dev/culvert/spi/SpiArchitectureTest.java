package dev.culvert.spi;

import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.netty.channel.Channel;

/** What the SPI may depend on, and what it may show. */
@AnalyzeClasses(packages = "dev.culvert.spi", importOptions = ImportOption.DoNotIncludeTests.class)
final class SpiArchitectureTest {

    @ArchTest
    static final ArchRule standsAlone = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.culvert.spi..",
                    "java..",
                    "io.netty.buffer..",
                    "io.netty.channel..",
                    "io.netty.handler.codec.http..",
                    "io.netty.handler.codec.haproxy..",
                    "io.netty.util..",
                    "org.jspecify..",
                    "org.pf4j..",
                    "com.fasterxml.jackson.annotation..",
                    "jakarta.validation..")
            .because("whatever the SPI depends on, every plugin depends on");

    @ArchTest
    static final ArchRule onlyStreamChannelIsMadeToBeExtended = classes()
            .that()
            .areNotInterfaces()
            .and()
            .areNotEnums()
            .and()
            .arePublic()
            .and()
            .areNotAssignableTo(Throwable.class)
            .and()
            .areNotAssignableTo(Channel.class)
            .should()
            .haveModifier(FINAL)
            .because("what a plugin may extend is an interface, or StreamChannel");
}
