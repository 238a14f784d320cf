package dev.quiesce.lifecycle.guice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.AbstractModule;
import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.Module;
import com.google.inject.PrivateModule;
import com.google.inject.Provides;
import com.google.inject.ProvisionException;
import com.google.inject.Scopes;
import com.google.inject.Singleton;
import com.google.inject.Stage;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.name.Names;
import dev.quiesce.lifecycle.Budgets;
import dev.quiesce.lifecycle.ComponentGraph;
import dev.quiesce.lifecycle.Coordinator;
import dev.quiesce.lifecycle.InvalidGraphException;
import dev.quiesce.lifecycle.StopSequence;
import dev.quiesce.lifecycle.guice.Injected.Ends;
import dev.quiesce.lifecycle.guice.Injected.Front;
import dev.quiesce.lifecycle.guice.Injected.Handler;
import dev.quiesce.lifecycle.guice.Injected.HiddenUser;
import dev.quiesce.lifecycle.guice.Injected.Http;
import dev.quiesce.lifecycle.guice.Injected.Lazy;
import dev.quiesce.lifecycle.guice.Injected.MainUser;
import dev.quiesce.lifecycle.guice.Injected.MainlessUser;
import dev.quiesce.lifecycle.guice.Injected.Management;
import dev.quiesce.lifecycle.guice.Injected.Middle;
import dev.quiesce.lifecycle.guice.Injected.OfferHandler;
import dev.quiesce.lifecycle.guice.Injected.Plain;
import dev.quiesce.lifecycle.guice.Injected.Pool;
import dev.quiesce.lifecycle.guice.Injected.PoolUser;
import dev.quiesce.lifecycle.guice.Injected.Repository;
import dev.quiesce.lifecycle.guice.Injected.Server;
import dev.quiesce.lifecycle.guice.Injected.TwiceModule;
import dev.quiesce.lifecycle.guice.Injected.WithOptional;
import java.time.Duration;
import java.util.Set;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class LifecycleModuleTest {

    @Test
    void optionalMember_isADependency_onlyWhereThereIsABinding() {
        Module made = new AbstractModule() {
            @Override
            protected void configure() {
                bind(WithOptional.class).toInstance(new WithOptional());
                LifecycleBinder.of(binder())
                        .component("pool", Pool.class)
                        .component("made", Key.get(WithOptional.class));
            }
        };
        Module handler = new AbstractModule() {
            @Override
            protected void configure() {
                LifecycleBinder.of(binder()).component("middle", Middle.class);
                bind(Handler.class).to(Middle.class);
            }
        };

        assertThat(graph(made).dependenciesOf("made")).containsExactly("pool");
        assertThat(graph(made, handler).dependenciesOf("made")).containsExactly("middle", "pool");
    }

    @Test
    void componentThatInjectsAnother_dependsOnIt_howeverModulesAreInstalled() {
        Module http = module(binder -> binder.component("http", Http.class));
        Module pool = module(binder -> binder.component("pool", Pool.class));

        for (ComponentGraph graph : Set.of(graph(http, pool), graph(pool, http))) {
            assertThat(graph.startOrder()).containsExactly("pool", "http");
            assertThat(graph.dependenciesOf("http")).containsExactly("pool");
        }
    }

    @Test
    void dependency_isSeenThroughWhatLiesBetween() {
        Module handlers = new AbstractModule() {
            @Override
            protected void configure() {
                Multibinder.newSetBinder(binder(), Handler.class).addBinding().to(OfferHandler.class);
                LifecycleBinder.of(binder()).component("server", Server.class).component("pool", Pool.class);
            }

            @Provides
            Repository repository(Pool pool) {
                return new Repository();
            }
        };

        assertThat(graph(handlers).dependenciesOf("server")).containsExactly("pool");
    }

    @Test
    void twoComponentsOfOneType_fromPrivateModules_areToldApart() {
        Module module = new AbstractModule() {
            @Override
            protected void configure() {
                install(privatePool("main"));
                install(privatePool("d4"));
                LifecycleBinder.of(binder())
                        .component("pool main", Key.get(Pool.class, Names.named("main")))
                        .component("pool d4", Key.get(Pool.class, Names.named("d4")))
                        .component("user", MainUser.class);
            }
        };

        assertThat(graph(module).dependenciesOf("user")).containsExactly("pool main");
        assertThat(graph(module).names()).containsExactly("pool d4", "pool main", "user");
    }

    @Test
    void injectedProvider_isNoDependency_unlessItIsDeclared() {
        assertThat(graph(module(binder -> binder.component("lazy", Lazy.class).component("pool", Pool.class)))
                        .dependenciesOf("lazy"))
                .isEmpty();
        assertThat(graph(module(binder ->
                                binder.component("lazy", Lazy.class, "pool").component("pool", Pool.class)))
                        .dependenciesOf("lazy"))
                .containsExactly("pool");
    }

    @Test
    void foundationAndStopSequence_areApplied() {
        ComponentGraph graph = graph(module(binder -> binder.component("pool", Pool.class)
                .component("a", Plain.class)
                .foundation("management", Management.class)
                .preferStop(StopSequence.first("pool").then("a"))));

        assertThat(graph.stopOrder()).containsExactly("pool", "a", "management");
    }

    @Test
    void componentThatIsNoSingleton_isRefused() {
        Module module = new AbstractModule() {
            @Override
            protected void configure() {
                bind(Pool.class);
                LifecycleBinder.of(binder()).component("pool", Key.get(Pool.class));
            }
        };

        assertThatThrownBy(() -> graph(module))
                .isInstanceOf(ProvisionException.class)
                .hasMessageContaining("Component 'pool'")
                .hasMessageContaining("not bound as a singleton");
    }

    @Test
    void componentsRun_asTheOnesThatOthersInject() throws Exception {
        Injector injector = Guice.createInjector(
                Stage.PRODUCTION,
                module(binder -> binder.component("pool", Pool.class).budgets(Budgets.ofTotal(Duration.ofSeconds(2)))));
        Coordinator coordinator = injector.getInstance(Coordinator.class);

        assertThat(coordinator.start()).isTrue();
        assertThat(injector.getInstance(Pool.class).running).isTrue();
        assertThat(coordinator.stop("test").isClean()).isTrue();
        assertThat(injector.getInstance(Pool.class).running).isFalse();
    }

    @Test
    void componentInAPrivateModule_takesPart_thoughItsKeyStaysPrivate() throws Exception {
        Module hidden = new PrivateModule() {
            @Override
            protected void configure() {
                bind(Repository.class).toInstance(new Repository());
                LifecycleBinder.of(binder()).component("hidden pool", Pool.class);
                bind(PoolUser.class).to(HiddenUser.class).in(Scopes.SINGLETON);
                expose(PoolUser.class);
            }
        };
        Module user = module(binder -> binder.component("front", Front.class));
        Injector injector = Guice.createInjector(Stage.PRODUCTION, hidden, user);
        Coordinator coordinator = injector.getInstance(Coordinator.class);

        assertThat(coordinator.graph().dependenciesOf("front")).containsExactly("hidden pool");
        assertThat(coordinator.start()).isTrue();
        assertThat(((HiddenUser) injector.getInstance(PoolUser.class)).pool.running)
                .isTrue();
        coordinator.stop("test");
    }

    @Test
    void componentInANestedPrivateModule_takesPart() {
        Module outer = new PrivateModule() {
            @Override
            protected void configure() {
                install(new PrivateModule() {
                    @Override
                    protected void configure() {
                        LifecycleBinder.of(binder()).component("inner", Pool.class);
                    }
                });
                LifecycleBinder.of(binder()).component("outer", Plain.class);
            }
        };

        assertThat(graph(outer, new LifecycleModule()).names()).containsExactly("inner", "outer");
    }

    @Test
    void componentsOfOneTypeInPrivateModules_areToldApart_byWhoUsesThem() {
        Module module = new AbstractModule() {
            @Override
            protected void configure() {
                install(poolWithUser("main"));
                install(poolWithUser("d4"));
                install(new LifecycleModule());
            }
        };

        assertThat(graph(module).dependenciesOf("user main")).containsExactly("pool main");
        assertThat(graph(module).dependenciesOf("user d4")).containsExactly("pool d4");
    }

    @Test
    void componentMadeByAProvidesMethod_orOnlyEverAskedForByAProvider_takesPart() throws Exception {
        Module module = new AbstractModule() {
            @Override
            protected void configure() {
                bind(Lazy.class);
                LifecycleBinder.of(binder())
                        .component("provided", Key.get(Http.class))
                        .component("pool", Pool.class);
            }

            @Provides
            @Singleton
            Http http(Pool pool) {
                return new Http(pool);
            }
        };
        Injector injector = Guice.createInjector(module);
        Coordinator coordinator = injector.getInstance(Coordinator.class);

        assertThat(coordinator.graph().dependenciesOf("provided")).containsExactly("pool");
        coordinator.start();
        assertThat(injector.getInstance(Http.class).running).isTrue();
        coordinator.stop("test");
    }

    @Test
    void componentWithAJustInTimeBinding_takesPart() {
        Module module = new AbstractModule() {
            @Override
            protected void configure() {
                LifecycleBinder.of(binder()).component("single", Key.get(MainlessUser.class));
            }
        };

        assertThat(graph(module).names()).containsExactly("single");
    }

    @Test
    void instanceKnownByAnInterface_isTheSameComponent() {
        Module module = new AbstractModule() {
            @Override
            protected void configure() {
                bind(PoolUser.class).to(HiddenUser.class);
                LifecycleBinder.of(binder())
                        .component("user", HiddenUser.class)
                        .component("pool", Pool.class)
                        .component("front", Front.class);
            }
        };

        assertThat(graph(module).dependenciesOf("front")).containsExactly("user");
    }

    @Test
    void moduleInstalledTwice_registersOnce() {
        assertThat(graph(new TwiceModule(), new TwiceModule()).names()).containsExactly("pool");
    }

    @Test
    void nameUsedTwice_isRefused_withBothPlaces() {
        assertThatThrownBy(() -> graph(
                        module(binder -> binder.component("same", Pool.class)),
                        module(binder -> binder.component("same", Plain.class))))
                .isInstanceOf(CreationException.class)
                .hasMessageContaining("Registration annotated with @Named(\"same\")");
    }

    @Test
    void dependencyDeclaredAgainstTheInjectionGraph_isRefused_withTheWay() {
        Module module = new AbstractModule() {
            @Override
            protected void configure() {
                LifecycleBinder.of(binder())
                        .component("server", Server.class)
                        .component("middle", Middle.class)
                        .component("pool", Pool.class, "server");
                Multibinder.newSetBinder(binder(), Handler.class).addBinding().to(Middle.class);
            }
        };

        assertThatThrownBy(() -> graph(module))
                .hasCauseInstanceOf(InvalidGraphException.class)
                .hasMessageContaining(
                        "'pool' was declared to depend on 'server', but injection shows" + " server → middle → pool");
    }

    @Test
    void componentThatNothingLinks_isReported() {
        assertThat(graph(module(binder -> binder.component("http", Http.class)
                                .component("pool", Pool.class)
                                .component("stray", Plain.class)))
                        .remarks())
                .singleElement(InstanceOfAssertFactories.STRING)
                .contains("Nothing links 'stray'");
    }

    @Test
    void whatConcernsTheWholeService_cannotBeSetInAPrivateModule() {
        Module module = new PrivateModule() {
            @Override
            protected void configure() {
                LifecycleBinder.of(binder())
                        .budgets(Budgets.defaults())
                        .preferStop(StopSequence.first("pool"))
                        .listener(Ends.class)
                        .component("pool", Pool.class);
            }
        };

        assertThatThrownBy(() -> graph(module, new LifecycleModule()))
                .isInstanceOf(CreationException.class)
                .hasMessageContainingAll(
                        "Budgets cannot be set in a private module",
                        "The preferred stop sequence cannot be set in a private module",
                        "A listener cannot be set in a private module");
    }

    @Test
    void listener_isCreatedAndTold() throws Exception {
        Injector injector = Guice.createInjector(
                module(binder -> binder.component("pool", Pool.class).listener(Ends.class)));
        Coordinator coordinator = injector.getInstance(Coordinator.class);
        coordinator.start();
        coordinator.stop("test");

        assertThat(injector.getInstance(Ends.class).ends).hasValue(1);
    }

    private interface Registrations {
        void with(LifecycleBinder binder);
    }

    private static Module module(Registrations registrations) {
        return new AbstractModule() {
            @Override
            protected void configure() {
                registrations.with(LifecycleBinder.of(binder()));
            }
        };
    }

    private static Module privatePool(String name) {
        return new PrivateModule() {
            @Override
            protected void configure() {
                bind(Pool.class).in(Scopes.SINGLETON);
                bind(Key.get(Pool.class, Names.named(name))).to(Pool.class);
                expose(Key.get(Pool.class, Names.named(name)));
            }
        };
    }

    private static Module poolWithUser(String name) {
        return new PrivateModule() {
            @Override
            protected void configure() {
                LifecycleBinder.of(binder())
                        .component("pool " + name, Pool.class)
                        .component("user " + name, Http.class);
            }
        };
    }

    private static ComponentGraph graph(Module... modules) {
        return Guice.createInjector(modules).getInstance(Coordinator.class).graph();
    }
}
